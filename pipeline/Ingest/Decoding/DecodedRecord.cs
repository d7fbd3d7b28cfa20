using Pipeline.Domain.Events;
using Pipeline.Ingest.Consuming;
using Pipeline.Schemas;

namespace Pipeline.Ingest.Decoding;

/// <summary>What became of a record's bytes.</summary>
public abstract record DecodedRecord
{
    private DecodedRecord()
    {
    }

    /// <summary>The batch is rented; give it back to the pool when everybody has read it.</summary>
    public sealed record Events(ConsumedRecord Record, EventBatch Batch) : DecodedRecord;

    /// <summary>For the dead letters. The detail is for people and holds nothing of the record's content.</summary>
    public sealed record Poison(ConsumedRecord Record, DeadLetterReason Reason, string Detail) : DecodedRecord;
}
