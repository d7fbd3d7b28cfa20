using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore.ReadModels;

/// <summary>A row of <c>read.alarm_history</c> as it is inserted; member names in snake case are column names.</summary>
internal sealed record HistoryRow
{
    public required Guid AlarmId { get; init; }

    /// <summary>How many later events of the alarm there are beside it in the same insert.</summary>
    public required int Later { get; init; }

    public required Guid EventId { get; init; }

    public required string Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    public required DateTimeOffset StoredAt { get; init; }

    public string Action { get; init; } = "";

    public string State { get; init; } = "";

    public string Actor { get; init; } = "";

    public string Origin { get; init; } = "";

    public string Reason { get; init; } = "";

    public string Assignee { get; init; } = "";

    public string Verdict { get; init; } = "";

    public Guid? ExclusionId { get; init; }

    public string Severity { get; init; } = "";

    public string Outcome { get; init; } = "";

    public long? Occurrences { get; init; }

    public static HistoryRow From(StampedEvent stored, int later)
    {
        var row = new HistoryRow
        {
            AlarmId = stored.Event.AlarmId,
            Later = later,
            EventId = stored.Id,
            Kind = EventNames.Of(stored.Event)["alarm-".Length..],
            At = stored.Event.At,
            StoredAt = stored.At,
        };
        return stored.Event switch
        {
            AlarmRaised raised => row with
            {
                State = Spelling.Of(AlarmState.Open),
                Severity = Spelling.Of(raised.Severity),
                Outcome = Spelling.Of(raised.Outcome),
                Occurrences = 1,
            },
            AlarmEscalated worse => row with { Severity = Spelling.Of(worse.Severity), Outcome = Spelling.Of(worse.Outcome) },
            AlarmRecurred recurred => row with { Occurrences = recurred.Occurrences },
            AlarmActionTaken action => row with
            {
                Kind = "action",
                Action = Spelling.Of(action.Action),
                State = Spelling.Of(action.State),
                Actor = StorableText.ForColumn(action.Actor),
                Origin = StorableText.ForColumn(action.Origin),
                Reason = StorableText.ForColumn(action.Reason),
                Assignee = StorableText.ForColumn(action.Assignee),
                Verdict = action.Verdict is { } verdict ? Spelling.Of(verdict) : "",
                ExclusionId = action.Exclusion,
            },
            _ => row,
        };
    }
}
