using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.Reporting;

/// <summary>What every alarm says of where it happened and who did it.</summary>
public static class Described
{
    /// <summary>Self, parent, grandparent: enough to see how it came to run.</summary>
    private const int MostProcesses = 3;

    /// <summary>Where it happened.</summary>
    public static AlarmSource Source(this in Observation observation) => Source(observation.Id, observation.Container, observation.Process);

    /// <summary>Where an event happened that has passed, by what was known of it then.</summary>
    public static AlarmSource Source(EventId id, ContainerContext? container, ProcessContext? process)
    {
        ContainerSpec? spec = container?.Spec;
        return new AlarmSource(
            id.Node.Value,
            id.Boot.Value,
            container?.ContainerId ?? process?.Self.ContainerId ?? "",
            spec?.Name ?? "",
            spec?.Image ?? "",
            spec?.ImageDigest ?? "",
            spec?.Pod?.Namespace ?? "",
            spec?.Pod?.Pod ?? "",
            spec?.Pod is { WorkloadName: not "" } pod ? $"{pod.WorkloadKind}/{pod.WorkloadName}" : "");
    }

    /// <summary>Who did it and its ancestors, nearest first.</summary>
    public static ImmutableArray<AlarmProcess> Processes(this in Observation observation) => Processes(observation.Process);

    /// <summary>A process and its ancestors, nearest first.</summary>
    public static ImmutableArray<AlarmProcess> Processes(ProcessContext? process) => process is not null
        ? [Of(process.Self), .. process.Ancestors.Take(MostProcesses - 1).Select(Of)]
        : [];

    /// <summary>The event itself as a piece of evidence: the facts that decided, with who did it.</summary>
    /// <param name="kind">process, file, syscall, mount or container.</param>
    public static Evidence Evidence(this in Observation observation, string kind, params ReadOnlySpan<(string Name, string Value)> facts) =>
        Evidence(observation.Id, observation.Time, observation.Process, kind, facts);

    /// <summary>An event that has passed as a piece of evidence.</summary>
    public static Evidence Evidence(
        EventId id, EventTime at, ProcessContext? process, string kind, params ReadOnlySpan<(string Name, string Value)> facts)
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (process?.Self is { } self)
        {
            all["pid"] = self.Key.Tgid.ToString(CultureInfo.InvariantCulture);
            all["exe"] = self.ExePath;
        }

        foreach ((string name, string value) in facts) all[name] = value;
        return Domain.Alarms.Evidence.Of(id, kind, at, all.ToImmutable());
    }

    private static AlarmProcess Of(ProcessFacts facts) => new(
        facts.Key.Tgid,
        facts.NamespaceTgid,
        facts.Key.StartNs,
        facts.ExePath,
        facts.CommandLine,
        facts.Uid,
        facts.EffectiveUid,
        facts.CapEffective.ToString("x16", CultureInfo.InvariantCulture));
}
