using System.Collections.Immutable;

namespace Pipeline.Domain.Alarms;

/// <summary>
/// An alarm as it stands after so many events, without its evidence: small enough to go with every message about it. Empty strings where
/// something is unknown.
/// </summary>
public sealed record AlarmSnapshot
{
    public required Guid Id { get; init; }

    /// <summary>Number of events in it.</summary>
    public required int Version { get; init; }

    public required AlarmType Type { get; init; }

    public required string RuleId { get; init; }

    public required int RuleVersion { get; init; }

    public required string ClassId { get; init; }

    public required string Title { get; init; }

    public required Severity Severity { get; init; }

    public required Outcome Outcome { get; init; }

    public required AlarmState State { get; init; }

    public required AlarmSource Source { get; init; }

    public required string Subject { get; init; }

    /// <summary>What was found, each the catalogue's exact payload string.</summary>
    public required ImmutableArray<string> Content { get; init; }

    /// <summary>ATT&amp;CK technique ids.</summary>
    public required ImmutableArray<string> Attack { get; init; }

    public required ImmutableArray<string> Labels { get; init; }

    /// <summary>Executable of the process that did it.</summary>
    public required string Process { get; init; }

    public required string CommandLine { get; init; }

    public required long Occurrences { get; init; }

    public required DateTimeOffset FirstSeen { get; init; }

    public required DateTimeOffset LastSeen { get; init; }

    public required DateTimeOffset? ConfirmedAt { get; init; }

    /// <summary>When its first event was stored.</summary>
    public required DateTimeOffset StoredAt { get; init; }

    public required string PolicyId { get; init; }

    public required int PolicyVersion { get; init; }

    public required bool EvidenceComplete { get; init; }

    public required DateTimeOffset? AcknowledgedAt { get; init; }

    public required string Assignee { get; init; }

    /// <summary>How it was resolved; null while it wants attention.</summary>
    public required AlarmResolution? Resolution { get; init; }

    public static AlarmSnapshot Of(AlarmView view, DateTimeOffset storedAt) => new()
    {
        Id = view.Raised.AlarmId,
        Version = view.Version,
        Type = view.Raised.Type,
        RuleId = view.Raised.RuleId,
        RuleVersion = view.Raised.RuleVersion,
        ClassId = view.Raised.ClassId,
        Title = view.Raised.Title,
        Severity = view.Severity,
        Outcome = view.Outcome,
        State = view.State,
        Source = view.Raised.Source,
        Subject = view.Raised.Subject,
        Content = [.. view.Raised.Content.Select(item => item.Content)],
        Attack = view.Raised.Attack,
        Labels = view.Raised.Labels,
        Process = view.Raised.Processes.IsEmpty ? "" : view.Raised.Processes[0].Path,
        CommandLine = view.Raised.Processes.IsEmpty ? "" : view.Raised.Processes[0].CommandLine,
        Occurrences = view.Occurrences,
        FirstSeen = view.FirstSeen,
        LastSeen = view.LastSeen,
        ConfirmedAt = view.ConfirmedAt,
        StoredAt = storedAt,
        PolicyId = view.Raised.PolicyId,
        PolicyVersion = view.Raised.PolicyVersion,
        EvidenceComplete = view.Raised.EvidenceComplete,
        AcknowledgedAt = view.AcknowledgedAt,
        Assignee = view.Assignee,
        Resolution = view.Resolution,
    };
}
