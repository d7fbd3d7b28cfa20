using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Akka;
using Akka.Streams.Dsl;
using Pipeline.Runtime.Ports;

namespace Pipeline.Ingest.Consuming;

/// <summary>
/// One assignment of a partition to this process, from the moment its checkpoint was acquired until it is taken away or its lane fails. Whoever gets it runs
/// <see cref="Records"/> once, must end by calling <see cref="ReportStopped"/>, and meanwhile tells how far it is. The poll thread holds the other end.
/// </summary>
/// <remarks>
/// When the assignment ends the records that are still in the buffer are dropped: the next owner reads them again from the checkpoint, and handing over
/// soon is worth more than working off a buffer.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without timer or wait handle holds nothing to release.")]
public sealed class AssignedPartition
{
    private readonly Channel<LaneElement> _channel = Channel.CreateUnbounded<LaneElement>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _aborted = new();
    private readonly TaskCompletionSource<LaneEnd> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FlowGate _gate;
    private readonly Action _attention;
    private volatile bool _ended;
    private int _begun;
    private long _confirmed = Nothing;
    private long _processed = Nothing;

    private const long Nothing = -1;

    /// <param name="attention">Asks the poll thread to look at the partition; called from any thread.</param>
    internal AssignedPartition(PartitionCheckpoint checkpoint, long epoch, FlowMarks marks, Action attention)
    {
        Checkpoint = checkpoint;
        Epoch = epoch;
        _gate = new FlowGate(marks);
        _attention = attention;
        Aborted = _aborted.Token;
        Records = ChannelSource.FromReader(_channel.Reader).TakeWhile(_ => !_ended).Select(Take);
    }

    public PartitionId Id => Checkpoint.Partition;

    /// <summary>The state to start from, and the token that fences earlier owners.</summary>
    public PartitionCheckpoint Checkpoint { get; }

    /// <summary>Ascending over all assignments of this process.</summary>
    public long Epoch { get; }

    /// <summary>In offset order; completes when the assignment ends. Can be run once. Its buffer is bounded by pausing the partition.</summary>
    public Source<LaneElement, NotUsed> Records { get; }

    /// <summary>Cancelled when the partition is somebody else's, or the time to hand it over is up: stop at once and store nothing.</summary>
    public CancellationToken Aborted { get; }

    /// <summary>Everything below is durable in the store. Kept as group offset, for lag tools only.</summary>
    public void Confirm(long durableOffset) => Volatile.Write(ref _confirmed, durableOffset);

    /// <summary>Everything below went through the lane.</summary>
    public void Processed(long nextOffset) => Volatile.Write(ref _processed, nextOffset);

    /// <summary>The lane touches nothing of the partition any more. Only the first call counts.</summary>
    public void ReportStopped(LaneEnd end)
    {
        if (_stopped.TrySetResult(end)) _attention();
    }

    internal Task<LaneEnd> Stopped => _stopped.Task;

    internal long? ConfirmedOffset => Volatile.Read(ref _confirmed) is var offset and not Nothing ? offset : null;

    internal long? ProcessedOffset => Volatile.Read(ref _processed) is var offset and not Nothing ? offset : null;

    internal bool HasEnded => _ended;

    internal bool WantsPause => _ended || _gate.IsClosed;

    internal (int Records, long Bytes) Held => _gate.Held;

    /// <summary>True for the one who may run the lane; false when it ended before it began.</summary>
    internal bool TryBegin() => Interlocked.CompareExchange(ref _begun, 1, 0) == 0;

    /// <summary>Puts an element in the buffer; true when the partition should be paused now.</summary>
    internal bool Offer(LaneElement element)
    {
        bool closed = _gate.Add(element.SizeBytes);
        _channel.Writer.TryWrite(element);
        return closed;
    }

    /// <summary>Lets the lane finish what it has in hand, and nothing more.</summary>
    internal void End()
    {
        _ended = true;
        _channel.Writer.TryComplete();
        if (TryBegin()) ReportStopped(new LaneEnd.Drained());
    }

    /// <summary>Makes the lane stop without storing.</summary>
    internal void Abort()
    {
        _aborted.Cancel();
        End();
    }

    private LaneElement Take(LaneElement element)
    {
        if (_gate.Take(element.SizeBytes)) _attention();
        return element;
    }
}
