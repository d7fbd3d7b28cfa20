using System.Collections.Immutable;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Pipeline.Runtime.Ports;

namespace Pipeline.Ingest.Consuming;

/// <summary>
/// The one thread that owns a consumer for life: builds it, polls, pauses and resumes, keeps group offsets, closes it. It never stops polling while it lives,
/// whatever the lanes do, so that the process stays a member of the group. The client's rebalance handlers run inside its Consume and Close calls.
/// </summary>
internal sealed class ConsumerLoop : IPartitionSourceControl
{
    /// <summary>The longest a paused partition waits for its resumption; also the pace of an idle loop.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromMilliseconds(200);
    private readonly IngestOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Telemetry _telemetry;
    private readonly TransientErrors _errors;
    private readonly PartitionLanes _lanes;
    private readonly LagMeter _lag;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<AssignedPartition> _onOpened = _ => { };
    private ImmutableArray<PartitionId> _assignment = [];
    private volatile Ending _ending;
    private volatile Error? _fatal;
    private Exception? _handlerFailure;
    private long _lastUpkeep;
    private volatile bool _joined;
    private volatile bool _consuming;

    public ConsumerLoop(IngestOptions options, AcquireCheckpoint acquire, TimeProvider time, Telemetry telemetry, ILogger logger)
    {
        _options = options;
        _time = time;
        _telemetry = telemetry;
        _logger = logger;
        _errors = new TransientErrors(time, telemetry, logger);
        _lanes = new PartitionLanes(options, acquire, lane => _onOpened(lane), time, _errors, telemetry, logger);
        _lag = new LagMeter(time, telemetry, _errors);
    }

    private enum Ending
    {
        No,
        Drain,
        Abandon,
    }

    public ImmutableArray<PartitionId> Assignment
    {
        get => ImmutableInterlocked.InterlockedCompareExchange(ref _assignment, default, default);
        private set => ImmutableInterlocked.InterlockedExchange(ref _assignment, value);
    }

    public bool IsConsuming => _consuming;

    public Task Ended => _ended.Task;

    public Task DrainAndShutdownAsync()
    {
        if (_ending == Ending.No) _ending = Ending.Drain;
        return Ended;
    }

    /// <summary>Starts the thread. Both callbacks are called from it; the second one once, last, with the cause when the loop failed.</summary>
    public void Start(Action<AssignedPartition> onOpened, Action<Exception?> onEnded)
    {
        _onOpened = onOpened;
        var thread = new Thread(() => Run(onEnded)) { Name = $"ingest {_options.Topic}", IsBackground = true };
        thread.Start();
    }

    /// <summary>Ends the loop without waiting for what lanes have in hand.</summary>
    public void Abandon() => _ending = Ending.Abandon;

    private void Run(Action<Exception?> onEnded)
    {
        Exception? failure = null;
        IConsumer<byte[], byte[]>? consumer = null;
        try
        {
            consumer = Build();
            consumer.Subscribe(_options.Topic);
            Log.ConsumerStarted(_logger, _options.Topic, _options.GroupId, _options.BootstrapServers);
            while (_ending == Ending.No) Turn(consumer);
        }
        catch (Exception cause)
        {
            // The top of the thread: whatever it is, the lanes end, the consumer closes, and the stage fails with it.
            failure = cause;
        }

        failure = Close(consumer, failure);
        _ended.TrySetResult();
        onEnded(failure);
    }

    /// <summary>Ends the lanes, then the consumer, whatever happens meanwhile. Gives the first failure: it tells most.</summary>
    private Exception? Close(IConsumer<byte[], byte[]>? consumer, Exception? failure)
    {
        _consuming = false;
        bool abort = failure is not null || _ending == Ending.Abandon;
        if (_ending == Ending.No) _ending = Ending.Abandon;
        Exception?[] faults = [failure, Attempt(() => _lanes.EndAll(consumer, abort)), Attempt(() => consumer?.Close()), Attempt(() => consumer?.Dispose())];
        failure = Array.Find(faults, fault => fault is not null);
        Assignment = [];
        if (failure is null) Log.ConsumerStopped(_logger, _options.Topic);
        else Log.ConsumerFailed(_logger, failure, _options.Topic);
        return failure;
    }

    private static Exception? Attempt(Action step)
    {
        try
        {
            step();
            return null;
        }
        catch (Exception cause)
        {
            return cause;
        }
    }

    private void Turn(IConsumer<byte[], byte[]> consumer)
    {
        _lanes.Serve(consumer);
        Upkeep(consumer);
        ConsumeResult<byte[], byte[]>? result = null;
        try
        {
            result = consumer.Consume(Poll);
        }
        catch (ConsumeException failure) when (!failure.Error.IsFatal)
        {
            _errors.Report(failure.Error);
        }

        if (_handlerFailure is not null) throw new KafkaPartitionSourceException("A rebalance failed.", _handlerFailure);
        if (_fatal is { } fatal) throw new KafkaException(fatal);
        if (result is not null) _lanes.Deliver(result);
    }

    private void Upkeep(IConsumer<byte[], byte[]> consumer)
    {
        if (_time.GetElapsedTime(_lastUpkeep) < UpkeepInterval) return;
        _lastUpkeep = _time.GetTimestamp();
        _lanes.WakeRested();
        _lanes.StoreConfirmed(consumer);
        _lag.Measure(consumer, _lanes.Slots);
        _consuming = _joined && _lag.BrokerAnswers && _lanes.Slots.All(slot => slot.Lane is { HasEnded: false });
    }

    private IConsumer<byte[], byte[]> Build() =>
        new ConsumerBuilder<byte[], byte[]>(ConsumerSettings.From(_options))
            .SetErrorHandler((_, error) => OnError(error))
            .SetLogHandler((_, line) => Log.ClientSays(_logger, line.Facility, line.Message))
            .SetPartitionsAssignedHandler((consumer, partitions) => OnAssigned((IConsumer<byte[], byte[]>)consumer, partitions))
            .SetPartitionsRevokedHandler((consumer, partitions) => OnRevoked((IConsumer<byte[], byte[]>)consumer, partitions))
            .SetPartitionsLostHandler((consumer, partitions) => OnLost((IConsumer<byte[], byte[]>)consumer, partitions))
            .Build();

    private void OnError(Error error)
    {
        if (error.IsFatal) _fatal = error;
        if (error.Code == ErrorCode.Local_AllBrokersDown) _lag.BrokersAreDown();
        _errors.Report(error);
    }

    // An exception in a handler would come out of Consume disguised; it is kept and thrown by the loop itself.

    private List<TopicPartitionOffset> OnAssigned(IConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions)
    {
        List<TopicPartitionOffset> starts = [.. partitions.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning))];
        if (_ending != Ending.No) return starts;
        Guarded("assigned", () =>
        {
            starts = _lanes.Assign(consumer, partitions);
            Log.Assigned(_logger, Names(partitions));
            _joined = true;
        });
        return starts;
    }

    private void OnRevoked(IConsumer<byte[], byte[]> consumer, List<TopicPartitionOffset> partitions) => Guarded("revoked", () =>
    {
        List<TopicPartition> list = partitions.ConvertAll(partition => partition.TopicPartition);
        _lanes.ClearPauses(consumer, list);
        _lanes.Revoke(consumer, list);
        Log.Revoked(_logger, Names(list));
    });

    private void OnLost(IConsumer<byte[], byte[]> consumer, List<TopicPartitionOffset> partitions) => Guarded("lost", () =>
    {
        List<TopicPartition> list = partitions.ConvertAll(partition => partition.TopicPartition);
        Log.Lost(_logger, Names(list));
        _lanes.ClearPauses(consumer, list);
        _lanes.Lose(list);
        _joined = false;
    });

    private void Guarded(string kind, Action change)
    {
        try
        {
            _telemetry.Rebalanced(kind);
            change();
            // What held for the former assignment says nothing of this one; the next upkeep looks again.
            _consuming = false;
            Assignment = [.. _lanes.Slots.Select(slot => slot.Id)];
        }
        catch (Exception failure)
        {
            _handlerFailure = failure;
        }
    }

    private static string Names(List<TopicPartition> partitions) =>
        partitions.Count == 0 ? "nothing" : string.Join(", ", partitions.Select(partition => partition.Partition.Value).Order());
}
