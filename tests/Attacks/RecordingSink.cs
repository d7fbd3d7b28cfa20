using Agents.NodeAgent.Kernel.Events;
using Agents.NodeAgent.Shipping;
using Agents.NodeAgent.Sources;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;

namespace Attacks;

/// <summary>Takes what the source brings through the contract's own bytes, as a reader of the log would get it. Thread-safe.</summary>
internal sealed class RecordingSink : IEventSink
{
    private readonly Lock _gate = new();
    private readonly List<SeenEvent> _seen = [];
    private readonly EventBatch _filled = new();
    private readonly EventBatch _read = new();
    private readonly TaskSnapshots _tasks = new();
    private readonly System.Buffers.ArrayBufferWriter<byte> _bytes = new();

    public long Lost { get; private set; }

    public IReadOnlyList<SeenEvent> Of(string container)
    {
        lock (_gate) return [.. _seen.Where(seen => seen.Container == container)];
    }

    public IReadOnlyList<SeenEvent> All
    {
        get
        {
            lock (_gate) return [.. _seen];
        }
    }

    public void Take(ReadOnlySpan<PackedEvent> events)
    {
        lock (_gate)
        {
            foreach (PackedEvent[] some in events.ToArray().Chunk(ShippingOptions.MostBatchEvents)) Keep(some);
        }
    }

    public void Take(ContainerRecord record, int weight) => throw new NotSupportedException();

    public Task TakeWhenRoomAsync(ContainerRecord record, int weight, CancellationToken cancellation) => throw new NotSupportedException();

    public void Take(IComposedEvent composed) => throw new NotSupportedException();

    public Task TakeWhenRoomAsync(IComposedEvent composed, CancellationToken cancellation) => throw new NotSupportedException();

    public void ReportLoss(LossCause cause, long count)
    {
        lock (_gate) Lost += count;
    }

    private void Keep(PackedEvent[] events)
    {
        _filled.Begin(new NodeId("n"), new BootId("b"), 1, default, 0);
        _tasks.Begin();
        foreach (PackedEvent one in events) one.Pack.Events.AddTo(_filled, _tasks, one.BootNs, one.Position);
        _bytes.ResetWrittenCount();
        NodeEventsCodec.Encode(_filled, _bytes);
        NodeEventsCodec.Decode(_bytes.WrittenSpan, _read, DecodeLimits.Default).IsOk.ShouldBeTrue();
        for (int i = 0; i < _read.Count; i++) _seen.Add(SeenEvent.Of(_read, i));
    }
}
