using Pipeline.Runtime.Ports;

namespace Pipeline.Ingest.Consuming;

/// <summary>What comes down the lane of a partition, in the log's order: records, and breaks in their offsets.</summary>
public abstract record LaneElement
{
    private protected LaneElement(PartitionId partition) => Partition = partition;

    public PartitionId Partition { get; }

    /// <summary>Bytes that the element holds in memory, for the bound of the lane's buffer.</summary>
    internal abstract int SizeBytes { get; }
}

/// <summary>A record as it was read. The arrays belong to whoever holds the record; nobody else changes them.</summary>
/// <param name="Partition">Where it was read from.</param>
/// <param name="Offset">Its position; unique within the partition, ascending, not dense.</param>
/// <param name="TimestampMs">The record's own timestamp, milliseconds since 1970-01-01 UTC; 0 when it has none.</param>
/// <param name="Key">Null when the record has none.</param>
/// <param name="Value">Null for a tombstone.</param>
public sealed record ConsumedRecord(PartitionId Partition, long Offset, long TimestampMs, byte[]? Key, byte[]? Value) : LaneElement(Partition)
{
    internal override int SizeBytes => (Key?.Length ?? 0) + (Value?.Length ?? 0);
}

/// <summary>
/// The log does not continue where it should. <paramref name="Found"/> above <paramref name="Expected"/>: the records between are gone (retention was faster
/// than we). Below it: the log is shorter than the checkpoint says, so it was cut or replaced, and is read again from its beginning.
/// </summary>
/// <param name="Expected">Offset at which the next record should have been.</param>
/// <param name="Found">Offset from which records follow.</param>
public sealed record OffsetBreak(PartitionId Partition, long Expected, long Found) : LaneElement(Partition)
{
    /// <summary>Offsets that will never be read; 0 when the log was cut or replaced.</summary>
    public long LostRecords => Math.Max(0, Found - Expected);

    internal override int SizeBytes => 0;
}
