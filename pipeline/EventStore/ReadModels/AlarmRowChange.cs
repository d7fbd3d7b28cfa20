using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore.ReadModels;

/// <summary>What some events after the first, taken together, do to a row of <c>read.alarms</c>; null where they say nothing.</summary>
internal sealed record AlarmRowChange
{
    public required Guid Id { get; init; }

    public int Events { get; init; }

    /// <summary>The earliest instant there is when none of them is a sighting.</summary>
    public DateTimeOffset LastSeen { get; init; } = DateTimeOffset.UnixEpoch;

    public DateTimeOffset? ConfirmedAt { get; init; }

    public long? Occurrences { get; init; }

    public string? Severity { get; init; }

    public int? SeverityRank { get; init; }

    public string? Outcome { get; init; }

    public string? ContainerName { get; init; }

    public string? Image { get; init; }

    public string? ImageDigest { get; init; }

    public string? Namespace { get; init; }

    public string? Pod { get; init; }

    public string? Workload { get; init; }

    /// <summary>State after the last action, and after what escalated since.</summary>
    public string? State { get; init; }

    /// <summary>Whether it escalated, and no action said since where it stands.</summary>
    public bool Escalated { get; init; }

    /// <summary>After the last action.</summary>
    public bool? Acknowledged { get; init; }

    public DateTimeOffset? AcknowledgedAt { get; init; }

    public string? Assignee { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    public string? ResolvedBy { get; init; }

    public string? ResolutionReason { get; init; }

    public string? Verdict { get; init; }

    public Guid? ExclusionId { get; init; }

    /// <summary>Made less withdrawn.</summary>
    public int Comments { get; init; }

    /// <summary>The fold of <see cref="AlarmView.Apply"/> for everything after the first event.</summary>
    public AlarmRowChange And(AlarmEvent e)
    {
        if (e is AlarmActionTaken action) return After(action);
        AlarmRowChange touched = this with { Events = Events + 1, LastSeen = e.At > LastSeen ? e.At : LastSeen };
        return e switch
        {
            AlarmAmended amended => From(amended.Source) with { LastSeen = LastSeen },
            AlarmConfirmed => touched with { ConfirmedAt = ConfirmedAt ?? e.At },
            AlarmRecurred recurred => touched with { Occurrences = Math.Max(Occurrences ?? 0, recurred.Occurrences) },
            AlarmEscalated worse => Reopened(touched) with
            {
                Severity = Spelling.Of(worse.Severity),
                SeverityRank = (int)worse.Severity,
                Outcome = Spelling.Of(worse.Outcome),
            },
            _ => touched,
        };

        AlarmRowChange From(AlarmSource source) => touched with
        {
            ContainerName = StorableText.ForColumn(source.ContainerName),
            Image = StorableText.ForColumn(source.Image),
            ImageDigest = StorableText.ForColumn(source.ImageDigest),
            Namespace = StorableText.ForColumn(source.Namespace),
            Pod = StorableText.ForColumn(source.Pod),
            Workload = StorableText.ForColumn(source.Workload),
        };
    }

    /// <summary>
    /// <see cref="AlarmStanding.AfterEscalation"/>; where no action said where the alarm stands, the statement looks at the row.
    /// </summary>
    private static AlarmRowChange Reopened(AlarmRowChange change)
    {
        if (change.State is null) return change with { Escalated = true };
        bool reopens = change.State == Spelling.Of(AlarmState.Handled) || change.State == Spelling.Of(AlarmState.Closed);
        return reopens ? change with { State = Spelling.Of(AlarmState.Open), Acknowledged = false } : change;
    }

    private AlarmRowChange After(AlarmActionTaken action)
    {
        AlarmResolution? resolution = action.Resolution();
        AlarmRowChange after = this with
        {
            Events = Events + 1,
            Escalated = false,
            State = Spelling.Of(action.State),
            Acknowledged = action.Acknowledged,
            AcknowledgedAt = action.Action == AlarmAction.Acknowledge ? action.At : AcknowledgedAt,
            Assignee = action.Action is AlarmAction.Assign or AlarmAction.Unassign ? StorableText.ForColumn(action.Assignee) : Assignee,
            Comments = Comments + (action.Action switch { AlarmAction.Comment => 1, AlarmAction.WithdrawComment => -1, _ => 0 }),
        };
        return resolution is null ? after : after with
        {
            ResolvedAt = resolution.At,
            ResolvedBy = StorableText.ForColumn(resolution.By),
            ResolutionReason = StorableText.ForColumn(resolution.Reason),
            Verdict = resolution.Verdict is { } verdict ? Spelling.Of(verdict) : "",
            ExclusionId = resolution.Exclusion,
        };
    }
}
