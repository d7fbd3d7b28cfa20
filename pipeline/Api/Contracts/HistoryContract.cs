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
}

[Description("One event of the alarm. What an event does not say is null.")]
public sealed record HistoryContract(
    int Ordinal,
    HistoryKind Kind,
    [property: Description("Event time.")] DateTime At,
    [property: Description("When it was stored.")] DateTime StoredAt,
    [property: Description("Of raised and escalated.")] Severity? Severity,
    [property: Description("Of raised and escalated.")] Outcome? Outcome,
    [property: Description("Of recurred: how often it had been seen.")] long? Occurrences)
{
    /// <summary>How many events of a history an answer carries: the first one and the newest.</summary>
    internal const int Longest = 200;

    internal static ImmutableArray<HistoryContract> From(ImmutableArray<StoredAlarmEvent> history) =>
        history.Length <= Longest ? [.. history.Select(From)] : [From(history[0]), .. history[^(Longest - 1)..].Select(From)];

    private static HistoryContract From(StoredAlarmEvent stored)
    {
        HistoryContract Of(HistoryKind kind, Severity? severity = null, Outcome? outcome = null, long? occurrences = null) =>
            new(stored.Event.Ordinal, kind, stored.Event.At.UtcDateTime, stored.StoredAt.UtcDateTime, severity, outcome, occurrences);

        return stored.Event switch
        {
            AlarmRaised raised => Of(HistoryKind.Raised, raised.Severity, raised.Outcome),
            AlarmConfirmed => Of(HistoryKind.Confirmed),
            AlarmRecurred recurred => Of(HistoryKind.Recurred, occurrences: recurred.Occurrences),
            AlarmAmended => Of(HistoryKind.Amended),
            AlarmEscalated worse => Of(HistoryKind.Escalated, worse.Severity, worse.Outcome),
            _ => throw new UnreachableException($"An alarm event that has no contract: {stored.Event.GetType().Name}"),
        };
    }
}
