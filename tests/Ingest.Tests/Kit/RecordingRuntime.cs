using System.Collections.Concurrent;
using Pipeline.Domain.Events;
using Pipeline.Runtime.Ports;

namespace Ingest.Tests.Kit;

/// <summary>A runtime that stores the offsets it is fed, with a checkpoint every few records, and can be told to be slow or to fail.</summary>
internal sealed class RecordingRuntime(InMemoryStore store) : IPartitionRuntime
{
    public const int RecordsPerCheckpoint = 10;
    private int _open;

    /// <summary>Awaited before each record; the lane is as slow as this.</summary>
    public Func<PartitionId, long, CancellationToken, Task> BeforeFeed { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>What the lane says in place of Done.</summary>
    public Func<PartitionId, long, LaneOutcome?> Outcome { get; set; } = (_, _) => null;

    /// <summary>For logs that were replaced; otherwise a step back is a mistake.</summary>
    public bool AllowGoingBack { get; set; }

    public ConcurrentQueue<PartitionCheckpoint> Opened { get; } = new();

    public ConcurrentQueue<(int Partition, long Offset)> Fed { get; } = new();

    public ConcurrentQueue<(int Partition, long Offset)> Skipped { get; } = new();

    /// <summary>Lanes that are open now.</summary>
    public int Open => Volatile.Read(ref _open);

    public Task<IPartitionLane> OpenAsync(PartitionCheckpoint checkpoint, CancellationToken cancellation)
    {
        Opened.Enqueue(checkpoint);
        Interlocked.Increment(ref _open);
        return Task.FromResult<IPartitionLane>(new Lane(this, checkpoint));
    }

    private sealed class Lane(RecordingRuntime runtime, PartitionCheckpoint checkpoint) : IPartitionLane
    {
        private readonly List<long> _pending = [];
        private long? _position = checkpoint.NextOffset;

        public long? DurableOffset { get; private set; }

        public async Task<LaneOutcome> FeedAsync(EventBatch batch, long offset, CancellationToken cancellation)
        {
            if (offset < _position && !runtime.AllowGoingBack) throw new InvalidOperationException($"offset {offset} after position {_position}");
            await runtime.BeforeFeed(checkpoint.Partition, offset, cancellation);
            cancellation.ThrowIfCancellationRequested();
            if (runtime.Outcome(checkpoint.Partition, offset) is { } outcome) return outcome;
            runtime.Fed.Enqueue((checkpoint.Partition.Partition, offset));
            _pending.Add(offset);
            _position = offset + 1;
            runtime._store.Reach(checkpoint.Partition.Partition, offset);
            return _pending.Count < RecordsPerCheckpoint ? new LaneOutcome.Done() : Commit();
        }

        public Task<LaneOutcome> SkipAsync(long offset, CancellationToken cancellation)
        {
            runtime.Skipped.Enqueue((checkpoint.Partition.Partition, offset));
            _position = offset + 1;
            runtime._store.Reach(checkpoint.Partition.Partition, offset);
            return Task.FromResult<LaneOutcome>(new LaneOutcome.Done());
        }

        public Task<LaneOutcome> DrainAsync(CancellationToken cancellation) => Task.FromResult(Commit());

        public ValueTask DisposeAsync()
        {
            Interlocked.Decrement(ref runtime._open);
            return ValueTask.CompletedTask;
        }

        private LaneOutcome Commit()
        {
            if (_position is not { } position) return new LaneOutcome.Done();
            if (!runtime._store.Commit(checkpoint, _pending, position)) return new LaneOutcome.Fenced();
            _pending.Clear();
            DurableOffset = position;
            return new LaneOutcome.Done();
        }
    }

    private readonly InMemoryStore _store = store;
}
