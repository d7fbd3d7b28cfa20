using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Pipeline.Runtime.Ports;

namespace Pipeline.Ingest.Consuming;

/// <summary>Takes ownership of a partition in the store and gives its last checkpoint; throws when the store is away.</summary>
public delegate Task<PartitionCheckpoint> AcquireCheckpoint(PartitionId partition, CancellationToken cancellation);

/// <summary>
/// The partitions of this process and their lanes: opens a lane when a partition is assigned and its checkpoint acquired, feeds it, pauses what it cannot
/// take, hands over when the partition is revoked, and opens it again when it failed. All of it on the poll thread; other threads only ask for attention to
/// a partition, and the poll thread then looks at what there is to do.
/// </summary>
/// <remarks>
/// A store that is away at an assignment does not throw this process out of the group, which would make every other process rebalance to no avail: the
/// partition stays paused and its checkpoint is asked for again and again.
/// </remarks>
internal sealed class PartitionLanes(
    IngestOptions options, AcquireCheckpoint acquire, Action<AssignedPartition> open,
    TimeProvider time, TransientErrors errors, Telemetry telemetry, ILogger logger)
{
    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AcquireTimeout = TimeSpan.FromSeconds(30);
    /// <summary>Attempts to set a partition's position before the consumer is given up: it may be in a state that does not heal.</summary>
    private const int MisplacedTolerated = 5;
    private readonly Dictionary<Partition, PartitionSlot> _slots = [];
    private readonly Dictionary<Partition, Task> _leaving = [];
    private readonly ConcurrentQueue<PartitionSlot> _attention = new();
    private readonly FlowMarks _marks = new(options.BufferHighRecords, options.BufferLowRecords, options.BufferHighBytes, options.BufferLowBytes);
    private readonly ReopenDelay _delay = new(options.ReopenDelayLeast, options.ReopenDelayMost);
    private readonly PauseControl _pauses = new(telemetry, errors);
    private readonly GroupOffsets _offsets = new(telemetry, logger);
    private long _epoch;

    public IReadOnlyCollection<PartitionSlot> Slots => _slots.Values;

    /// <summary>Waits a little for the checkpoints and gives where to start; what has none by then stays parked.</summary>
    public List<TopicPartitionOffset> Assign(IConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions)
    {
        var slots = new List<PartitionSlot>(partitions.Count);
        foreach (TopicPartition partition in partitions)
        {
            if (_slots.Remove(partition.Partition, out PartitionSlot? former)) Leave(former, abort: true);
            var slot = new PartitionSlot(partition);
            slots.Add(_slots[partition.Partition] = slot);
            BeginOpening(slot);
        }

        WaitFor(slots.Select(slot => (Task)slot.Opening!), options.AcquireWait);
        return slots.ConvertAll(slot =>
        {
            StartPosition? start = slot.Opening is { IsCompleted: true } ? TryOpen(consumer, slot, seek: false) : null;
            _attention.Enqueue(slot);
            return new TopicPartitionOffset(slot.Partition, OffsetOf(start));
        });
    }

    /// <summary>Inside the handler that takes partitions away, before anything else.</summary>
    public void ClearPauses(IConsumer<byte[], byte[]> consumer, IEnumerable<TopicPartition> partitions) => PauseControl.Clear(consumer, SlotsOf(partitions));

    /// <summary>Lets the lanes finish what they have in hand, waits for it, and keeps what they confirmed.</summary>
    public void Revoke(IConsumer<byte[], byte[]> consumer, IEnumerable<TopicPartition> partitions)
    {
        List<PartitionSlot> leaving = SlotsOf(partitions);
        foreach (PartitionSlot slot in leaving) Leave(slot, abort: false);
        WaitFor(leaving.Select(slot => _leaving[slot.Partition.Partition]), options.RevokeWait);
        foreach (PartitionSlot slot in leaving)
        {
            _offsets.Keep(consumer, slot);
            if (slot.Lane is { Stopped.IsCompleted: false } late)
            {
                Log.LaneTooSlow(logger, slot.Id, options.RevokeWait.TotalSeconds);
                late.Abort();
            }
            else if (slot.Lane is { } lane) telemetry.LaneEnded(NameOf(lane.Stopped.Result));

            _slots.Remove(slot.Partition.Partition);
        }
    }

    /// <summary>Somebody else may own them already: stops the lanes at once and stores nothing.</summary>
    public void Lose(IEnumerable<TopicPartition> partitions)
    {
        foreach (TopicPartition partition in partitions)
        {
            if (!_slots.Remove(partition.Partition, out PartitionSlot? slot)) continue;
            Leave(slot, abort: true);
            telemetry.LaneEnded("lost");
        }
    }

    /// <summary>Hands a record to its lane. One without an open lane is dropped: it is read again from the checkpoint.</summary>
    public void Deliver(ConsumeResult<byte[], byte[]> result)
    {
        PartitionSlot? slot = _slots.GetValueOrDefault(result.Partition);
        if (slot?.Lane is not { HasEnded: false } lane)
        {
            telemetry.Stale();
            if (slot is null) return;
            slot.IsFetched = true;
            _attention.Enqueue(slot);
            return;
        }

        slot.IsFetched = true;

        long expected = slot.Track.Next ?? 0;
        long offset = result.Offset.Value;
        switch (slot.Track.Observe(offset))
        {
            case OffsetStep.Back:
                Log.OffsetWentBack(logger, slot.Id, offset, expected);
                telemetry.Stale();
                lane.Abort();
                return;
            case OffsetStep.Jump:
                Break(lane, expected, offset);
                break;
        }

        var record = new ConsumedRecord(slot.Id, offset, result.Message.Timestamp.UnixTimestampMs, result.Message.Key, result.Message.Value);
        telemetry.Record(record.SizeBytes);
        if (lane.Offer(record)) _attention.Enqueue(slot);
    }

    /// <summary>Does what has become possible since the last call: openings, ended lanes, pauses, rests that are over. Not inside a rebalance handler.</summary>
    public void Serve(IConsumer<byte[], byte[]> consumer)
    {
        while (_attention.TryDequeue(out PartitionSlot? slot))
        {
            if (_slots.GetValueOrDefault(slot.Partition.Partition) == slot) Attend(consumer, slot);
        }
    }

    /// <summary>Opens again what has rested long enough. Called a few times a second.</summary>
    public void WakeRested()
    {
        long now = time.GetTimestamp();
        foreach (PartitionSlot slot in _slots.Values.Where(slot => slot.Due <= now)) BeginOpening(slot);
    }

    public void StoreConfirmed(IConsumer<byte[], byte[]> consumer)
    {
        foreach (PartitionSlot slot in _slots.Values) _offsets.Keep(consumer, slot);
    }

    /// <summary>Every lane stops, politely or at once; the partitions stay assigned until the consumer closes.</summary>
    public void EndAll(IConsumer<byte[], byte[]>? consumer, bool abort)
    {
        List<TopicPartition> all = [.. _slots.Values.Select(slot => slot.Partition)];
        if (consumer is not null && !abort)
        {
            Revoke(consumer, all);
            return;
        }

        Lose(all);
        WaitFor(_leaving.Values, options.RevokeWait);
    }

    private List<PartitionSlot> SlotsOf(IEnumerable<TopicPartition> partitions) =>
        [.. partitions.Select(partition => _slots.GetValueOrDefault(partition.Partition)).OfType<PartitionSlot>()];

    private void Attend(IConsumer<byte[], byte[]> consumer, PartitionSlot slot)
    {
        if (slot.Lane is { Stopped.IsCompleted: true } lane)
        {
            _offsets.Keep(consumer, slot);
            LaneEnd end = lane.Stopped.Result;
            telemetry.LaneEnded(NameOf(end));
            if (lane.ConfirmedOffset > lane.Checkpoint.NextOffset.GetValueOrDefault()) slot.Failures = 0;
            slot.Lane = null;
            Rest(slot, end is LaneEnd.Failed failed ? failed.Reason : NameOf(end));
        }

        if (slot.Opening is { IsCompleted: true }) TryOpen(consumer, slot, seek: true);
        _pauses.Follow(consumer, slot);
    }

    private void BeginOpening(PartitionSlot slot)
    {
        slot.Due = null;
        Task earlier = _leaving.Remove(slot.Partition.Partition, out Task? leaving) ? leaving : Task.CompletedTask;
        slot.Opening = Task.Run(() => AcquireAsync(slot, earlier), CancellationToken.None);
        slot.Opening.GetAwaiter().OnCompleted(() => _attention.Enqueue(slot));
    }

    /// <remarks>The store takes one call at a time for a partition, so all of an earlier assignment must have ended.</remarks>
    private async Task<PartitionCheckpoint> AcquireAsync(PartitionSlot slot, Task earlier)
    {
        using var limit = new CancellationTokenSource(AcquireTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(slot.Given, limit.Token);
        await earlier.WaitAsync(either.Token);
        return await acquire(slot.Id, either.Token);
    }

    private StartPosition? TryOpen(IConsumer<byte[], byte[]> consumer, PartitionSlot slot, bool seek)
    {
        Task<PartitionCheckpoint> opening = slot.Opening!;
        slot.Opening = null;
        if (!opening.IsCompletedSuccessfully)
        {
            Rest(slot, $"its checkpoint could not be acquired: {opening.Exception?.GetBaseException().Message ?? "timed out"}");
            return null;
        }

        PartitionCheckpoint checkpoint = opening.Result;
        StartPosition start = default;
        try
        {
            if (checkpoint.NextOffset is { } next)
            {
                WatermarkOffsets log = consumer.QueryWatermarkOffsets(slot.Partition, QueryTimeout);
                start = StartPosition.From(next, log.Low.Value, log.High.Value);
            }

            if (seek) consumer.Seek(new TopicPartitionOffset(slot.Partition, OffsetOf(start)));
        }
        catch (KafkaException failure)
        {
            if (++slot.Misplaced > MisplacedTolerated) throw;
            Rest(slot, $"its position could not be set: {failure.Error.Reason}");
            return null;
        }

        slot.Misplaced = 0;
        Open(slot, checkpoint, start);
        return start;
    }

    private void Open(PartitionSlot slot, PartitionCheckpoint checkpoint, StartPosition start)
    {
        slot.Track = new OffsetTrack(start.Offset);
        var lane = new AssignedPartition(checkpoint, ++_epoch, _marks, () => _attention.Enqueue(slot));
        slot.Lane = lane;
        Log.LaneOpened(logger, slot.Id, OffsetOf(start).ToString(), lane.Epoch);
        if (start.Expected is { } expected) Break(lane, expected, start.Offset.GetValueOrDefault());
        open(lane);
    }

    private void Break(AssignedPartition lane, long expected, long found)
    {
        var element = new OffsetBreak(lane.Id, expected, found);
        if (element.LostRecords > 0)
        {
            telemetry.Lost(element.LostRecords);
            Log.RecordsLost(logger, lane.Id, element.LostRecords, expected, found);
        }
        else
        {
            telemetry.LogReplaced();
            Log.LogReplaced(logger, lane.Id, expected, found);
        }

        lane.Offer(element);
    }

    private void Rest(PartitionSlot slot, string reason)
    {
        TimeSpan delay = _delay.After(++slot.Failures);
        slot.Due = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
        Log.LaneRests(logger, slot.Id, delay.TotalSeconds, slot.Failures, reason);
    }

    private void Leave(PartitionSlot slot, bool abort)
    {
        slot.Withdraw();
        telemetry.Gone(slot.Partition.Partition.Value);
        if (abort) slot.Lane?.Abort();
        else slot.Lane?.End();
        // An acquisition that ends later than the next owner's would fence that one.
        _leaving[slot.Partition.Partition] = Task.WhenAll(slot.Lane?.Stopped ?? Task.CompletedTask, EndOf(slot.Opening ?? Task.CompletedTask));
    }

    private static Offset OffsetOf(StartPosition? start) => start?.Offset is { } offset ? new Offset(offset) : Offset.Beginning;

    private static string NameOf(LaneEnd end) => end switch
    {
        LaneEnd.Drained => "drained",
        LaneEnd.Aborted => "aborted",
        LaneEnd.Fenced => "fenced",
        _ => "failed",
    };

    private static async Task EndOf(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static void WaitFor(IEnumerable<Task> tasks, TimeSpan bound)
    {
        try
        {
            Task.WaitAll([.. tasks], bound);
        }
        catch (AggregateException)
        {
            // Who waited looks at each task.
        }
    }
}
