using System.Diagnostics.CodeAnalysis;
using Confluent.Kafka;
using Pipeline.Runtime.Ports;

namespace Pipeline.Ingest.Consuming;

/// <summary>
/// A partition of the current assignment, as the poll thread sees it: its checkpoint is being acquired, or a lane is open on it, or it rests until it is due
/// again. Without an open lane it is paused as soon as a record comes. Used by the poll thread only.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without timer or wait handle holds nothing to release.")]
internal sealed class PartitionSlot(TopicPartition partition)
{
    private readonly CancellationTokenSource _given = new();

    public TopicPartition Partition { get; } = partition;

    public PartitionId Id { get; } = new(partition.Topic, partition.Partition.Value);

    /// <summary>The running acquisition of the checkpoint.</summary>
    public Task<PartitionCheckpoint>? Opening { get; set; }

    public AssignedPartition? Lane { get; set; }

    public OffsetTrack Track;

    /// <summary>Failures since a checkpoint last got through.</summary>
    public int Failures { get; set; }

    /// <summary>When a resting partition is to be opened again, as a timestamp of the time provider; null when it is not resting.</summary>
    public long? Due { get; set; }

    /// <summary>The group offset that was stored last.</summary>
    public long? Stored { get; set; }

    /// <summary>Whether fetching is paused at the client library.</summary>
    public bool Paused { get; set; }

    /// <summary>Whether a record has come since the assignment; only then is a pause safe (see <see cref="PauseControl"/>), and before then none is needed.</summary>
    public bool IsFetched { get; set; }

    public bool WantsPause => Lane is null ? IsFetched : Lane.WantsPause;

    /// <summary>Attempts in a row to set the position that failed.</summary>
    public int Misplaced { get; set; }

    /// <summary>Cancelled when the partition is taken away.</summary>
    public CancellationToken Given => _given.Token;

    public void Withdraw() => _given.Cancel();
}
