using Pipeline.Domain.Events;

namespace Pipeline.Runtime.Ports;

/// <summary>Starts the processing of a partition from its checkpoint; one lane per assignment.</summary>
public interface IPartitionRuntime
{
    Task<IPartitionLane> OpenAsync(PartitionCheckpoint checkpoint, CancellationToken cancellation);
}

/// <summary>One partition being processed. Calls must not overlap, in offset order.</summary>
public interface IPartitionLane : IAsyncDisposable
{
    /// <summary>
    /// Offset up to which (exclusive) everything is durable in the store; null before the first checkpoint of this assignment.
    /// </summary>
    long? DurableOffset { get; }

    /// <summary>
    /// Runs one decoded batch through enrichment and detectors and hands alarms to the committer. Completes when the batch may be reused.
    /// Alarms are stored soon after, in order; waits when the committer is behind (back-pressure).
    /// </summary>
    Task<LaneOutcome> FeedAsync(EventBatch batch, long offset, CancellationToken cancellation);

    /// <summary>A record that was dead-lettered or lost: moves the position past it.</summary>
    Task<LaneOutcome> SkipAsync(long offset, CancellationToken cancellation);

    /// <summary>Stores what is pending and a last checkpoint; bounded by the token.</summary>
    Task<LaneOutcome> DrainAsync(CancellationToken cancellation);
}

public abstract record LaneOutcome
{
    private LaneOutcome()
    {
    }

    public sealed record Done : LaneOutcome;

    /// <summary>Another process owns the partition: stop, without storing.</summary>
    public sealed record Fenced : LaneOutcome;

    /// <summary>A detector failed on an event: the lane is dead and must be opened again from the checkpoint.</summary>
    public sealed record Failed(string Reason) : LaneOutcome;
}
