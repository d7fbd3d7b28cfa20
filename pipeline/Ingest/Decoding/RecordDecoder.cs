using Pipeline.Domain.Events;
using Pipeline.Ingest.Consuming;
using Pipeline.Schemas;

namespace Pipeline.Ingest.Decoding;

/// <summary>
/// Turns records into batches of events, or says why they are none. Never throws, whatever the bytes are. Thread-safe.
/// </summary>
public sealed class RecordDecoder(BatchPool pool, DecodeLimits limits)
{
    public DecodedRecord Decode(ConsumedRecord record)
    {
        if (record.Value is not { } value) return Poison(record, DeadLetterReason.Malformed, "the record has no value");
        EventBatch batch = pool.Rent();
        try
        {
            DecodeResult result = NodeEventsCodec.Decode(value, batch, limits);
            string? fault = result.IsOk ? NodeEventsCodec.FaultOf(batch, record.Key) : result.ToString();
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

    private static DecodedRecord.Poison Poison(ConsumedRecord record, DeadLetterReason reason, string detail) => new(record, reason, detail);
}
