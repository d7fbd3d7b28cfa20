using System.Collections.Immutable;
using System.ComponentModel;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Contracts;

[Description("An alarm with what it rests on and what became of it. What the list tells of it has the same names here.")]
public sealed record AlarmContract
{
    [Description("The same whenever the same log is processed.")]
    public required Guid Id { get; init; }

    [Description("Number of events in the history; also the ETag.")]
    public required int Version { get; init; }

    public required AlarmType Type { get; init; }

    public required string RuleId { get; init; }

    public required int RuleVersion { get; init; }

    [Description("Class id as in HSS's public API; empty where it has none.")]
    public required string ClassId { get; init; }

    public required string Title { get; init; }

    public required Severity Severity { get; init; }

    public required Outcome Outcome { get; init; }

    public required AlarmState State { get; init; }

    [Description("The actions that it accepts now.")]
    public required ImmutableArray<AlarmAction> AcceptedActions { get; init; }

    [Description("When somebody acknowledged it; null while nobody has.")]
    public required DateTime? AcknowledgedAt { get; init; }

    [Description("To whom it is assigned; empty where to nobody.")]
    public required string Assignee { get; init; }

    [Description("When it was resolved; null while it wants attention.")]
    public required DateTime? ResolvedAt { get; init; }

    [Description("Of a closed alarm.")]
    public required Verdict? Verdict { get; init; }

    [Description("How it was resolved; null while it wants attention.")]
    public required ResolutionContract? Resolution { get; init; }

    [Description("ATT&CK technique ids.")]
    public required ImmutableArray<string> Attack { get; init; }

    public required SourceContract Source { get; init; }

    [Description("What it is about: a path, a system call, a container's name.")]
    public required string Subject { get; init; }

    [Description("The findings, each the exact payload string (privileged:true).")]
    public required ImmutableArray<string> Content { get; init; }

    [Description("The findings with the check that made each.")]
    public required ImmutableArray<FindingContract> Findings { get; init; }

    [Description("How often it was seen, the first time included.")]
    public required long Occurrences { get; init; }

    [Description("Event time of the first occurrence.")]
    public required DateTime FirstSeen { get; init; }

    [Description("Event time of the newest occurrence.")]
    public required DateTime LastSeen { get; init; }

    [Description("When what was announced came true; null before, and for alarms that announce nothing.")]
    public required DateTime? ConfirmedAt { get; init; }

    [Description("When it was stored.")]
    public required DateTime StoredAt { get; init; }

    public required ImmutableArray<string> Labels { get; init; }

    public required string Recommendation { get; init; }

    [Description("Repeats with the same key are counted in this alarm while its episode lasts.")]
    public required string DedupKey { get; init; }

    public required string PolicyId { get; init; }

    public required int PolicyVersion { get; init; }

    [Description("False when events are known to be missing in the window that decided; evidenceGaps says which.")]
    public required bool EvidenceComplete { get; init; }

    public required ImmutableArray<string> EvidenceGaps { get; init; }

    [Description("Who did it and its ancestors, nearest first; empty where no process did.")]
    public required ImmutableArray<ProcessContract> Processes { get; init; }

    [Description("The first raw events it rests on, then the newest ones.")]
    public required ImmutableArray<EvidenceContract> Evidence { get; init; }

    [Description("Its events in order: the first, then the newest ones.")]
    public required ImmutableArray<HistoryContract> History { get; init; }

    [Description("How many events between the first and the newest ones are left out of history.")]
    public required int HistoryOmitted { get; init; }

    internal static AlarmContract From(StoredAlarm alarm)
    {
        (AlarmView view, AlarmRaised raised) = (alarm.View, alarm.View.Raised);
        return new AlarmContract
        {
            Id = raised.AlarmId,
            Version = view.Version,
            Type = raised.Type,
            RuleId = raised.RuleId,
            RuleVersion = raised.RuleVersion,
            ClassId = raised.ClassId,
            Title = raised.Title,
            Severity = view.Severity,
            Outcome = view.Outcome,
            State = view.State,
            AcceptedActions = view.Standing().AcceptedActions(),
            AcknowledgedAt = view.AcknowledgedAt?.UtcDateTime,
            Assignee = view.Assignee,
            ResolvedAt = view.Resolution?.At.UtcDateTime,
            Verdict = view.Resolution?.Verdict,
            Resolution = ResolutionContract.From(view.Resolution),
            Attack = raised.Attack,
            Source = SourceContract.From(raised.Source),
            Subject = raised.Subject,
            Content = [.. raised.Content.Select(item => item.Content)],
            Findings = [.. raised.Content.Select(item => new FindingContract(item.Check, item.Content, item.Severity, item.Basis))],
            Occurrences = view.Occurrences,
            FirstSeen = view.FirstSeen.UtcDateTime,
            LastSeen = view.LastSeen.UtcDateTime,
            ConfirmedAt = view.ConfirmedAt?.UtcDateTime,
            StoredAt = alarm.History[0].StoredAt.UtcDateTime,
            Labels = raised.Labels,
            Recommendation = raised.Recommendation,
            DedupKey = raised.DedupKey,
            PolicyId = raised.PolicyId,
            PolicyVersion = raised.PolicyVersion,
            EvidenceComplete = raised.EvidenceComplete,
            EvidenceGaps = raised.EvidenceGaps,
            Processes = [.. raised.Processes.Select(ProcessContract.From)],
            Evidence = [.. view.Evidence.Select(EvidenceContract.From)],
            History = HistoryContract.From(alarm.History),
            HistoryOmitted = Math.Max(0, alarm.History.Length - HistoryContract.Longest),
        };
    }
}

[Description("How an alarm was resolved.")]
public sealed record ResolutionContract(
    DateTime At,
    [property: Description("Who did it.")] string By,
    string Reason,
    [property: Description("Of a closed alarm.")] Verdict? Verdict,
    [property: Description("Of a whitelisted alarm: what hides it.")] Guid? Exclusion)
{
    internal static ResolutionContract? From(AlarmResolution? resolution) => resolution is null
        ? null
        : new ResolutionContract(resolution.At.UtcDateTime, resolution.By, resolution.Reason, resolution.Verdict, resolution.Exclusion);
}

public sealed record FindingContract(
    [property: Description("Which check found it.")] string Check,
    string Content,
    Severity Severity,
    [property: Description("explicit, inherited, or empty.")] string Basis);
