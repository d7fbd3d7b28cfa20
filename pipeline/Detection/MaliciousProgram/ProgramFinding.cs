using System.Collections.Immutable;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram;

/// <summary>What a rule found, before it becomes an alarm.</summary>
internal sealed record ProgramFinding(ProgramRule Rule, Severity Severity, string Subject, string Title)
{
    /// <summary>The signs, each as "name" and "name:value".</summary>
    public ImmutableArray<(string Sign, string Value)> Signs { get; init; } = [];

    /// <summary>Earlier events that it rests on.</summary>
    public ImmutableArray<Evidence> Before { get; init; } = [];

    /// <summary>Time before the event in which a missing event could have changed the verdict.</summary>
    public long WindowNs { get; init; }

    /// <summary>ATT&amp;CK techniques; those of the rule unless a finding knows better.</summary>
    public ImmutableArray<string>? Attack { get; init; }

    public Outcome Outcome { get; init; } = Outcome.AttackSuccess;

    /// <summary>More facts of the deciding event.</summary>
    public ImmutableArray<(string Name, string Value)> Facts { get; init; } = [];

    /// <summary>The alarm that the event at hand completes.</summary>
    public Finding At(in Observation observation, string kind, MaliciousProgramPolicy policy)
    {
        (string, string)[] facts = observation.Process is { } process && kind == "process" ? [.. ProcessWords.Of(process), .. Facts]
            : [.. Facts];
        return Made(policy, observation.Id, observation.Time) with
        {
            Source = observation.Source(),
            Processes = observation.Processes(),
            Evidence = [.. Before, observation.Evidence(kind, facts)],
            DedupKey = Key(observation.Process?.Self.ContainerId ?? "", observation.Process?.Self.ExePath ?? ""),
            Labels = LabelsOf(observation),
            EvidenceGaps = WindowNs == 0 ? [] : observation.GapsIn(observation.Time.BootNs - WindowNs, observation.Time.BootNs),
        };
    }

    /// <summary>The alarm about a program that ran earlier, that the event at hand completes.</summary>
    public Finding About(Snapshot execution, in Observation observation, string kind, MaliciousProgramPolicy policy)
    {
        string path = execution.Processes.IsEmpty ? "" : execution.Processes[0].Path;
        return Made(policy, observation.Id, observation.Time) with
        {
            Source = execution.Source,
            Processes = execution.Processes,
            Evidence = [execution.Evidence, .. Before, observation.Evidence(kind, [.. Facts])],
            DedupKey = Key(execution.Source.ContainerId, path),
            EvidenceGaps = WindowNs == 0 ? [] : observation.GapsIn(observation.Time.BootNs - WindowNs, observation.Time.BootNs),
        };
    }

    private Finding Made(MaliciousProgramPolicy policy, EventId cause, EventTime at) => new()
    {
        RuleId = Rule.Id,
        ClassId = Rule.ClassId,
        Title = Title,
        Severity = Severity,
        Outcome = Outcome,
        Attack = Attack ?? Rule.Attack,
        Source = new AlarmSource("", "", "", "", "", "", "", "", ""),
        Subject = Subject,
        Content = [.. Signs.Select(s => new ContentItem(s.Sign, s.Value.Length == 0 ? s.Sign : $"{s.Sign}:{s.Value}", Severity, ""))],
        Evidence = [],
        Cause = cause,
        At = at,
        DedupKey = "",
        Recommendation = ProgramRule.FirstThings + Rule.Advice,
        QuietNs = policy.QuietSeconds * EventTime.NanosecondsPerSecond,
    };

    private string Key(string container, string path) => $"{Rule.Id}|{container}|{path}|{Subject}";

    private static ImmutableArray<string> LabelsOf(in Observation observation) =>
        observation.Process is { } process && (process.Self.Flags & TaskFlags.ExecSession) != 0 ? ["via-exec"] : [];
}
