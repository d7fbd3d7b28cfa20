using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>What enrichment knows of one container at a position of the log.</summary>
/// <param name="Spec">Its newest description; null until one arrives.</param>
/// <param name="Last">The last thing its engine reported.</param>
public sealed record ContainerContext(string ContainerId, string Runtime, ContainerSpec? Spec, ContainerAction Last)
{
    /// <summary>Where something happened, with all that is known of the container.</summary>
    public AlarmSource Describe(AlarmSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source with
        {
            ContainerName = Spec?.Name ?? "",
            Image = Spec?.Image ?? "",
            ImageDigest = Spec?.ImageDigest ?? "",
            Namespace = Spec?.Pod?.Namespace ?? "",
            Pod = Spec?.Pod?.Pod ?? "",
            Workload = Spec?.Pod is { WorkloadName: not "" } pod ? $"{pod.WorkloadKind}/{pod.WorkloadName}" : "",
        };
    }

    internal Evidence EvidenceAt(EventId id, EventTime at) => AlarmBounds.Cut(Evidence.Of(id, "container", at, Facts()));

    private ImmutableSortedDictionary<string, string> Facts() => ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
        .Add("action", Spelling.Of(Last)).Add("container", ContainerId).Add("name", Spec?.Name ?? "").Add("image", Spec?.Image ?? "");
}
