using System.Buffers.Binary;
using DevBroker.Protocol;

namespace DevBroker.Storage;

/// <summary>What a partition has to know of itself beyond its segments.</summary>
/// <param name="StartOffset">Records below were deleted on request, although their segment may still be there.</param>
/// <param name="FlushedOffset">Records below are on disk for certain; recovery need not read their segments.</param>
/// <param name="CleanedOffset">Compaction has dealt with everything below.</param>
internal sealed record PartitionCheckpoint(long StartOffset, long FlushedOffset, long CleanedOffset)
{
    private const string FileName = "checkpoint";
    private const int Bytes = 28;

    public static PartitionCheckpoint Load(string directory)
    {
        string path = Path.Combine(directory, FileName);
        byte[] bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        // Lost or damaged: recovery reads everything and nothing is lost but the mark of a DeleteRecords request.
        if (bytes.Length != Bytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(24)) != Crc32C.Of(bytes.AsSpan(0, 24)))
            return new PartitionCheckpoint(0, 0, 0);
        return new PartitionCheckpoint(
            BinaryPrimitives.ReadInt64LittleEndian(bytes),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)));
    }

    public void Save(string directory, bool flush)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, StartOffset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], FlushedOffset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], CleanedOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], Crc32C.Of(bytes[..24]));
        Durable.Replace(Path.Combine(directory, FileName), bytes, flush);
    }
}
