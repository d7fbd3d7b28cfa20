using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Contracts;

/// <summary>What an event of an alarm says happened.</summary>
public enum HistoryKind
{
    Raised,
    Confirmed,
    Recurred,
    Escalated,

    /// <summary>What the container is became known.</summary>
    Amended,

    /// <summary>Somebody did something about it.</summary>
    Action,
}

[Description("One event of the alarm. What an event does not say is null.")]
public sealed record HistoryContract(
    [property: Description("The same however often it is told; what withdraws a comment names it.")] Guid EventId,
    [property: Description("Position among what the detector had to say, from 0; null for an action.")] int? Ordinal,
    HistoryKind Kind,
    [property: Description("Event time; of an action the time at which it was taken.")] DateTime At,
    [property: Description("When it was stored.")] DateTime StoredAt,
    [property: Description("Of raised and escalated.")] Severity? Severity,
    [property: Description("Of raised and escalated.")] Outcome? Outcome,
    [property: Description("Of recurred: how often it had been seen.")] long? Occurrences,
    [property: Description("Of action: what was done, by whom, and why.")] ActionContract? Action)
{
    /// <summary>How many events of a history an answer carries: the first one and the newest.</summary>
    internal const int Longest = 200;

    internal static ImmutableArray<HistoryContract> From(ImmutableArray<StoredAlarmEvent> history) =>
        history.Length <= Longest ? [.. history.Select(From)] : [From(history[0]), .. history[^(Longest - 1)..].Select(From)];

    private static HistoryContract From(StoredAlarmEvent stored)
    {
        HistoryContract Of(
            HistoryKind kind, Severity? severity = null, Outcome? outcome = null, long? occurrences = null, ActionContract? action = null) => new(
                stored.Event.EventId, (stored.Event as DetectedEvent)?.Ordinal, kind, stored.Event.At.UtcDateTime, stored.StoredAt.UtcDateTime,
                severity, outcome, occurrences, action);

        return stored.Event switch
        {
            AlarmRaised raised => Of(HistoryKind.Raised, raised.Severity, raised.Outcome),
            AlarmConfirmed => Of(HistoryKind.Confirmed),
            AlarmRecurred recurred => Of(HistoryKind.Recurred, occurrences: recurred.Occurrences),
            AlarmAmended => Of(HistoryKind.Amended),
            AlarmEscalated worse => Of(HistoryKind.Escalated, worse.Severity, worse.Outcome),
            AlarmActionTaken taken => Of(HistoryKind.Action, action: ActionContract.From(taken)),
            _ => throw new UnreachableException($"An alarm event that has no contract: {stored.Event.GetType().Name}"),
        };
    }
}
