using Pipeline.Ingest.Decoding;

namespace Pipeline.Ingest.DeadLetters;

/// <summary>Where records go that nothing can be made of. Thread-safe.</summary>
public interface IDeadLetters
{
    /// <summary>Completes when the record is durably kept there. Throws <see cref="DeadLetterNotWrittenException"/> when that could not be done in time.</summary>
    Task WriteAsync(DecodedRecord.Poison poison, CancellationToken cancellation);
}
