using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Kernel;

namespace Pipeline.Runtime.Ports;

/// <summary>A partition of a topic.</summary>
public readonly record struct PartitionId(string Topic, int Partition)
{
    public override string ToString() => $"{Topic}[{Partition}]";
}

/// <summary>
/// Where a partition's processing stands. <paramref name="NextOffset"/> is null when nothing was ever processed (start at the earliest
/// record).
/// <paramref name="State"/> holds enrichment and every detector as saved at exactly that offset; empty with a null offset.
/// </summary>
public sealed record PartitionCheckpoint(PartitionId Partition, long? NextOffset, ReadOnlyMemory<byte> State, FencingToken Token)
{
    /// <summary>The policy that holds at the next offset, where one is stored, and what an earlier run had it change to behind that.</summary>
    public ImmutableArray<PolicyPosition> Policies { get; init; } = [];

    /// <summary>
    /// Alarms of records below this offset may be stored, also above the next one: those records have met their policy and a new change must not
    /// come before them.
    /// </summary>
    public long Reached { get; init; }

    /// <summary>What holds for the system now; null when its policy was never changed.</summary>
    public PolicyRevision? Newest { get; init; }
}

/// <summary>Given out ascending, one for each acquisition of a partition; a commit with an older one than the newest is refused.</summary>
public readonly record struct FencingToken(long Value);

/// <summary>State at a clean cut: every record below <paramref name="NextOffset"/> applied, none at or above it.</summary>
public sealed record StateSnapshot(long NextOffset, ReadOnlyMemory<byte> State)
{
    /// <summary>What became known of nodes and containers since the snapshot before; stored with this one, once.</summary>
    public InventoryChanges Inventory { get; init; } = InventoryChanges.None;
}

/// <summary>
/// What one partition wants stored, in one transaction: alarm events in order, and with or without them a new checkpoint that covers every
/// alarm event handed over so far.
/// </summary>
public sealed record PartitionCommit(PartitionId Partition, FencingToken Token, ImmutableArray<AlarmEvent> Alarms, StateSnapshot? Snapshot)
{
    /// <summary>Changes of the policy since the last commit, in order: those that alarms and snapshot were made under are among them.</summary>
    public ImmutableArray<PolicyPosition> Policies { get; init; } = [];

    /// <summary>See <see cref="PartitionCheckpoint.Reached"/>; takes the place of what is stored.</summary>
    public long Reached { get; init; }
}

/// <summary>How a commit ended.</summary>
public abstract record CommitOutcome
{
    private CommitOutcome()
    {
    }

    /// <summary>All of it is durable. Events that were stored before (a crash made us process them twice) are not stored again.</summary>
    public sealed record Committed(int Appended, int AlreadyStored) : CommitOutcome;

    /// <summary>Another process owns the partition now; nothing was stored.</summary>
    public sealed record Fenced : CommitOutcome;

    /// <summary>The store is away or refused for now; nothing was stored, try again later.</summary>
    public sealed record Unavailable(string Reason) : CommitOutcome;
}

/// <summary>The event store as the runtime needs it. Thread-safe; calls for one partition must not overlap.</summary>
public interface IAlarmStore
{
    /// <summary>
    /// Takes ownership of a partition: fences every earlier owner and gives the last checkpoint. Throws when the store is away.
    /// </summary>
    Task<PartitionCheckpoint> AcquireAsync(PartitionId partition, CancellationToken cancellation);

    /// <summary>Stores alarms and checkpoint together or not at all. Never throws for expected failures: they are outcomes.</summary>
    Task<CommitOutcome> CommitAsync(PartitionCommit commit, CancellationToken cancellation);
}
