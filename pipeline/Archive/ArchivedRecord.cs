using System.Collections.Immutable;
using Pipeline.Archive.Files;

namespace Pipeline.Archive;

/// <summary>In which form the value of a record is kept.</summary>
public enum ArchivedForm
{
    /// <summary>It had no value.</summary>
    None = 0,

    /// <summary>The bytes as they were: they are no batch of a schema that we know.</summary>
    Raw = 1,

    /// <summary>A batch of the contract, as every Avro reader sees it: the message without its framing.</summary>
    Batch = 2,
}

/// <summary>A record as it is read from a segment. Its memory is valid until the reader goes on to the next block.</summary>
/// <param name="Key">Empty when it has none.</param>
/// <param name="Value">By <paramref name="Form"/>.</param>
public readonly record struct ArchivedRecord(
    int Partition, long Offset, long TimestampMs, ReadOnlyMemory<byte> Key, ImmutableArray<RecordHeader> Headers,
    ArchivedForm Form, ReadOnlyMemory<byte> Value)
{
    /// <summary>The value of the message as the producer sent it, byte for byte; null for a tombstone.</summary>
    public byte[]? Original() => Form switch
    {
        ArchivedForm.None => null,
        ArchivedForm.Raw => Value.ToArray(),
        _ => RecordFormat.Framed(Value.Span),
    };
}
