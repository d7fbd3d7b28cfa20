using System.Text;
using Pipeline.Domain.Events;
using Pipeline.Ingest.Consuming;
using Pipeline.Schemas;

namespace Pipeline.Ingest.Decoding;

/// <summary>
/// Turns records into batches of events, or says why they are none. Never throws, whatever the bytes are. Thread-safe.
/// </summary>
public sealed class RecordDecoder(BatchPool pool, DecodeLimits limits)
{
    /// <summary>The longest name of a host (RFC 1123).</summary>
    private const int MaxNodeBytes = 253;

    public DecodedRecord Decode(ConsumedRecord record)
    {
        if (record.Value is not { } value) return Poison(record, DeadLetterReason.Malformed, "the record has no value");
        EventBatch batch = pool.Rent();
        try
        {
            DecodeResult result = NodeEventsCodec.Decode(value, batch, limits);
            string? fault = result.IsOk ? FaultOf(batch, record.Key) : result.ToString();
            if (fault is null) return new DecodedRecord.Events(record, batch);
            pool.Return(batch);
            return Poison(record, DeadLetter.ReasonOf(result.Fault), fault);
        }
        catch (Exception mistake)
        {
            // A mistake of the decoder must not stop the partition for good; the bytes go where they can be looked at. The batch may be half filled: it goes.
            return Poison(record, DeadLetterReason.Unknown, $"the decoder failed with {mistake.GetType().Name}");
        }
    }

    public void Return(EventBatch batch) => pool.Return(batch);

    /// <summary>What the schema can not say about a message.</summary>
    private static string? FaultOf(EventBatch batch, byte[]? key)
    {
        string node = batch.Node.Value;
        if (Encoding.UTF8.GetByteCount(node) is 0 or > MaxNodeBytes) return $"the node's name must have 1 to {MaxNodeBytes} bytes";
        if (key is null) return "the record has no key";
        if (!Encoding.UTF8.GetString(key).Equals(node, StringComparison.Ordinal)) return "the record's key is not the node of its events";
        if (batch.Boot.Value.Length == 0) return "the boot id is empty";
        if (batch.FirstSequence < 0 || batch.FirstSequence > long.MaxValue - batch.Count) return $"sequence numbers can not start at {batch.FirstSequence}";
        if (batch.LostSinceLast < 0) return $"the count of lost events can not be {batch.LostSinceLast}";
        return null;
    }

    private static DecodedRecord.Poison Poison(ConsumedRecord record, DeadLetterReason reason, string detail) => new(record, reason, detail);
}
