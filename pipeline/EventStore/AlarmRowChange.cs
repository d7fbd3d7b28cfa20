using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>What some events after the first, taken together, do to a row of <c>read.alarms</c>; null where they say nothing.</summary>
internal sealed record AlarmRowChange
{
    public required Guid Id { get; init; }

    public int Events { get; init; }

    public DateTimeOffset LastSeen { get; init; }

    public DateTimeOffset? ConfirmedAt { get; init; }

    public long? Occurrences { get; init; }

    public string? Severity { get; init; }

    public int? SeverityRank { get; init; }

    public string? Outcome { get; init; }

    /// <summary>The fold of <see cref="AlarmView.Apply"/> for everything after the first event.</summary>
    public AlarmRowChange And(AlarmEvent e)
    {
        AlarmRowChange touched = this with { Events = Events + 1, LastSeen = Events == 0 || e.At > LastSeen ? e.At : LastSeen };
        return e switch
        {
            AlarmConfirmed => touched with { ConfirmedAt = ConfirmedAt ?? e.At },
            AlarmRecurred recurred => touched with { Occurrences = Math.Max(Occurrences ?? 0, recurred.Occurrences) },
            AlarmEscalated worse => touched with
            {
                Severity = Spelling.Of(worse.Severity),
                SeverityRank = (int)worse.Severity,
                Outcome = Spelling.Of(worse.Outcome),
            },
            _ => touched,
        };
    }
}
