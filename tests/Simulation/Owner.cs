using Pipeline.Domain.Events;
using Pipeline.Runtime.Ports;

namespace Simulation;

/// <summary>
/// One process's hold on one partition: it reads the partition's records into its lane until it dies, is fenced or gives it up.
/// </summary>
internal sealed class Owner(PartitionId partition, IPartitionLane lane, long from, IReadOnlyList<EventBatch> log)
{
    private Task<LaneOutcome>? _step;
    private bool _draining;

    public PartitionId Partition => partition;

    public IPartitionLane Lane => lane;

    public long Next { get; private set; } = from;

    /// <summary>Whether it waits for its lane.</summary>
    public bool IsBusy => _step is { IsCompleted: false };

    public bool IsFenced => _step is { IsCompletedSuccessfully: true, Result: LaneOutcome.Fenced };

    /// <summary>Whether all that it has read is stored.</summary>
    public bool IsDrained => _draining && _step is { IsCompletedSuccessfully: true, Result: LaneOutcome.Done };

    public bool HasMore => Next < log.Count && !_draining;

    /// <summary>What broke its lane; null while it is whole.</summary>
    public string? Failure => _step switch
    {
        { IsFaulted: true } failed => failed.Exception!.InnerException!.ToString(),
        { IsCompletedSuccessfully: true, Result: LaneOutcome.Failed(var reason) } => reason,
        _ => null,
    };

    public void Read() => _step = lane.FeedAsync(log[(int)Next], Next++, CancellationToken.None);

    public void Drain()
    {
        _draining = true;
        _step = lane.DrainAsync(CancellationToken.None);
    }
}
