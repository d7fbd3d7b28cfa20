using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Policies;

/// <summary>What happened to the policy of the system: each event is a revision, counted from 1 without gaps.</summary>
public abstract record PolicyEvent
{
    /// <summary>Stream of these events.</summary>
    public static Guid StreamId { get; } = DeterministicId.From("policy", "detection");

    public required int Revision { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who did it, as they gave it.</summary>
    public required string Author { get; init; }

    public required string Reason { get; init; }

    /// <summary>What holds from here on; null for the policy that each process was started with.</summary>
    public required PolicyDocument? Document { get; init; }
}

/// <summary>Somebody put a document in force.</summary>
public sealed record PolicyApplied : PolicyEvent;

/// <summary>Somebody put an earlier revision's document in force again.</summary>
public sealed record PolicyRolledBack : PolicyEvent
{
    /// <summary>The earlier revision; 0 for what held before the first.</summary>
    public required int ToRevision { get; init; }
}
