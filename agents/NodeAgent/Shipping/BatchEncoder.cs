using System.Buffers;
using System.Collections.Immutable;
using Agents.NodeAgent.Kernel.Events;
using Agents.NodeAgent.Sequencing;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;

namespace Agents.NodeAgent.Shipping;

/// <summary>Writes a batch as the value of a node-events message.</summary>
internal delegate void BatchFormat(EventBatch batch, IBufferWriter<byte> output);

/// <summary>Turns events with consecutive numbers into messages no larger than the bound. Not thread-safe.</summary>
internal sealed class BatchEncoder(NodeBoot scope, INodeClock clock, BatchFormat format, int mostBytes)
{
    private readonly EventBatch _batch = new();
    private readonly TaskSnapshots _tasks = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(16 * 1024);

    /// <summary>
    /// Adds the messages to <paramref name="messages"/>, and to <paramref name="tooLarge"/> each event that is larger than a message may
    /// be.
    /// </summary>
    public void Encode(ReadOnlySpan<TakenEvent> events, List<OutgoingBatch> messages, List<TakenEvent> tooLarge)
    {
        if (events.IsEmpty) return;
        Fill(events);
        _buffer.ResetWrittenCount();
        format(_batch, _buffer);
        if (_buffer.WrittenCount <= mostBytes)
        {
            messages.Add(new OutgoingBatch(events[0].Sequence, events.Length, _buffer.WrittenSpan.ToArray(),
                NodeEventsCodec.KindsOf(_batch), Reports(events)));
        }
        else if (events.Length == 1)
        {
            tooLarge.Add(events[0]);
        }
        else
        {
            Encode(events[..(events.Length / 2)], messages, tooLarge);
            Encode(events[(events.Length / 2)..], messages, tooLarge);
        }
    }

    private void Fill(ReadOnlySpan<TakenEvent> events)
    {
        long lost = 0;
        foreach (LostRange report in Reports(events)) lost += report.Count;
        _batch.Begin(scope.Node, scope.Boot, events[0].Sequence, clock.Now(), lost);
        _tasks.Begin();
        foreach (ref readonly TakenEvent taken in events) taken.Content.AddTo(_batch, _tasks, in taken);
    }

    internal static ImmutableArray<LostRange> Reports(ReadOnlySpan<TakenEvent> events)
    {
        var reports = ImmutableArray.CreateBuilder<LostRange>();
        foreach (TakenEvent taken in events)
        {
            if (taken.Content is EventContent.Loss loss) reports.Add(loss.Range);
        }

        return reports.ToImmutable();
    }
}
