using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>
/// All findings of one class in one container's description: one alarm, so that a consumer selects on a finding and is not paged once for
/// each.
/// </summary>
internal sealed class StartupAlarm
{
    private readonly StartupRule _rule;
    private readonly ContainerSpec _spec;
    private readonly ImmutableArray<StartupFinding> _findings;
    private readonly ImmutableArray<StartupFinding> _implied;
    private readonly bool _opensHost;

    private StartupAlarm(StartupClass part, ContainerSpec spec, StartupResult result, StartupPolicy policy)
    {
        _rule = StartupRule.For(part);
        _spec = spec;
        _findings = [.. result.Findings.Where(f => f.Class == part)];
        _implied = [.. result.Implied.Where(f => f.Class == part)];
        _opensHost = part == StartupClass.Mounts && spec.Mounts.Any(m => MountCheck.OpensHost(m, policy));
        Fingerprint = DeterministicId.From([.. _findings.Select(f => f.Content)]);
        DedupKey = $"{_rule.RuleId}|{Owner(spec)}|{Fingerprint:N}";
    }

    public StartupClass Class => _rule.Class;

    /// <summary>Names what was found, in which container whatsoever.</summary>
    public Guid Fingerprint { get; }

    /// <summary>
    /// Whose container it is and what was found: the pods of one workload, or the containers of one name and image, with the same findings
    /// are one alarm however often they are started again.
    /// </summary>
    public string DedupKey { get; }

    public static ImmutableArray<StartupAlarm> Of(ContainerSpec spec, StartupPolicy policy)
    {
        StartupResult result = StartupChecks.Evaluate(spec, policy);
        return result.Findings.IsEmpty
            ? []
            : [.. StartupRule.All.Where(r => result.Findings.Any(f => f.Class == r.Class))
                .Select(r => new StartupAlarm(r.Class, spec, result, policy))];
    }

    public Finding At(in Observation observation) => new()
    {
        RuleId = _rule.RuleId,
        ClassId = _rule.ClassId,
        Title = $"Container {_spec.Name} has {_rule.Trouble}: {string.Join(", ", _findings.Select(f => StartupRule.InWords(f.Check)))}",
        Severity = _findings.Max(f => f.Severity),
        Outcome = Outcome.SystemVulnerability,
        Attack = _opensHost ? ["T1610", "T1611"] : ["T1610"],
        Source = observation.Source(),
        Subject = _spec.Name,
        Content = [.. _findings.Select(f => new ContentItem(f.Check, f.Content, f.Severity, Word(f.Basis)))],
        Evidence = [EvidenceAt(observation)],
        Cause = observation.Id,
        At = observation.Time,
        DedupKey = DedupKey,
        Recommendation = StartupRule.FirstThings + string.Join(' ', _findings.Select(f => StartupRule.Remedy(f.Check))),
        Labels = observation.ContainerEvent.Action == ContainerAction.Existing ? ["existing"] : [],
    };

    public Evidence EvidenceAt(in Observation observation)
    {
        ContainerRecord record = observation.ContainerEvent;
        var facts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        facts["action"] = record.Action.ToString().ToLowerInvariant();
        facts["container"] = record.ContainerId;
        facts["name"] = _spec.Name;
        facts["image"] = _spec.Image;
        facts["settings"] = Listed(_findings);
        if (!_implied.IsEmpty) facts["implied"] = Listed(_implied);
        if (record.Pid != 0) facts["pid"] = record.Pid.ToString(CultureInfo.InvariantCulture);
        return Evidence.Of(observation.Id, "container", observation.Time, facts.ToImmutable());
    }

    /// <summary>
    /// A container's name is unique within its pod; elsewhere the image tells apart containers that happen to have one name on different
    /// days.
    /// </summary>
    private static string Owner(ContainerSpec spec)
    {
        if (spec.Pod is { WorkloadName: not "" } pod) return $"{pod.Namespace}/{pod.WorkloadKind}/{pod.WorkloadName}/{spec.Name}";
        return $"{(spec.ImageDigest.Length > 0 ? spec.ImageDigest : spec.Image)}/{spec.Name}";
    }

    private static string Listed(ImmutableArray<StartupFinding> findings) => string.Join(' ', findings.Select(f => f.Content));

    private static string Word(Basis basis) => basis switch
    {
        Basis.Explicit => "explicit",
        Basis.Inherited => "inherited",
        _ => "",
    };
}
