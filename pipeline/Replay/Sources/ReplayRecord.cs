using Pipeline.Archive;
using Pipeline.Domain.Events;
using Pipeline.Schemas;

namespace Pipeline.Replay.Sources;

/// <summary>A record to be replayed. Its memory is valid until its source goes on.</summary>
/// <param name="Form">How <paramref name="Value"/> is kept; a whole message is <see cref="ArchivedForm.Raw"/>.</param>
public readonly record struct ReplayRecord(long Offset, ReadOnlyMemory<byte> Key, ArchivedForm Form, ReadOnlyMemory<byte> Value)
{
    /// <summary>Whether the pipeline would process it, and if so, its batch.</summary>
    public bool TryDecode(EventBatch into)
    {
        DecodeResult result = Form == ArchivedForm.Batch
            ? NodeEventsCodec.DecodeBody(Value.Span, into, DecodeLimits.Default)
            : NodeEventsCodec.Decode(Value.Span, into, DecodeLimits.Default);
        return result.IsOk && NodeEventsCodec.FaultOf(into, Key.Span) is null;
    }
}
