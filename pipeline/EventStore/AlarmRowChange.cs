using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

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

    /// <summary>The fold of <see cref="AlarmView.Apply"/> for everything after the first event.</summary>
    public AlarmRowChange And(AlarmEvent e)
    {
        AlarmRowChange touched = this with { Events = Events + 1, LastSeen = e.At > LastSeen ? e.At : LastSeen };
        return e switch
        {
            AlarmAmended amended => From(amended.Source) with { LastSeen = LastSeen },
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
}
