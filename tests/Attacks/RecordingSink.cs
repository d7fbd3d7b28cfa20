using Agents.NodeAgent.Kernel.Events;
using Agents.NodeAgent.Shipping;
using Agents.NodeAgent.Sources;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;

namespace Attacks;

/// <summary>
/// Takes what the source brings, and reads it through the contract's own bytes, as a reader of the log would get it, when it is asked for:
/// the thread that empties the ring is not kept from it. Thread-safe.
/// </summary>
internal sealed class RecordingSink : IEventSink
{
    private readonly Lock _taking = new();
    private readonly Lock _reading = new();
    private readonly Dictionary<string, List<SeenEvent>> _seen = [];
    private readonly EventBatch _filled = new();
    private readonly EventBatch _read = new();
    private readonly TaskSnapshots _tasks = new();
    private readonly System.Buffers.ArrayBufferWriter<byte> _bytes = new();
    private List<PackedEvent> _taken = [];
    private long _count;
    private long _lost;

    /// <summary>Events that were brought.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Events that were reported as lost.</summary>
    public long Lost => Volatile.Read(ref _lost);

    public IReadOnlyList<SeenEvent> Of(string container)
    {
        lock (_reading)
        {
            List<PackedEvent> taken;
            lock (_taking) (taken, _taken) = (_taken, []);
            foreach (PackedEvent[] some in taken.Chunk(ShippingOptions.MostBatchEvents)) Read(some);
            return _seen.TryGetValue(container, out List<SeenEvent>? seen) ? [.. seen] : [];
        }
    }

    public void Take(ReadOnlySpan<PackedEvent> events)
    {
        lock (_taking)
        {
            _taken.AddRange(events);
            _count += events.Length;
        }
    }

    public void Take(ContainerRecord record, int weight) => throw new NotSupportedException();

    public Task TakeWhenRoomAsync(ContainerRecord record, int weight, CancellationToken cancellation) => throw new NotSupportedException();

    public void Take(IComposedEvent composed) => throw new NotSupportedException();

    public Task TakeWhenRoomAsync(IComposedEvent composed, CancellationToken cancellation) => throw new NotSupportedException();

    public void ReportLoss(LossCause cause, long count) => Interlocked.Add(ref _lost, count);

    private void Read(PackedEvent[] events)
    {
        _filled.Begin(new NodeId("n"), new BootId("b"), 1, default, 0);
        _tasks.Begin();
        foreach (PackedEvent one in events) one.Pack.Events.AddTo(_filled, _tasks, one.BootNs, one.Position);
        _bytes.ResetWrittenCount();
        NodeEventsCodec.Encode(_filled, _bytes);
        NodeEventsCodec.Decode(_bytes.WrittenSpan, _read, DecodeLimits.Default).IsOk.ShouldBeTrue();
        for (int i = 0; i < _read.Count; i++)
        {
            SeenEvent seen = SeenEvent.Of(_read, i);
            if (!_seen.TryGetValue(seen.Container, out List<SeenEvent>? all)) _seen[seen.Container] = all = [];
            all.Add(seen);
        }
    }
}
