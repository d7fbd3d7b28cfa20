using System.Collections.Immutable;

namespace Pipeline.Archive;

/// <summary>A record of the log with everything that the broker kept of it. The arrays belong to whoever holds it.</summary>
/// <param name="TimestampMs">Milliseconds since 1970-01-01 UTC; 0 when it has none.</param>
/// <param name="Value">Null for a tombstone.</param>
public sealed record RawRecord(int Partition, long Offset, long TimestampMs, byte[]? Key, ImmutableArray<RecordHeader> Headers,
    byte[]? Value);

/// <summary>One header of a record; a name may come more than once.</summary>
public readonly record struct RecordHeader(string Name, byte[]? Value);
