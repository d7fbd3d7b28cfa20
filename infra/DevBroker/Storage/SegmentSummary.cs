using System.Buffers.Binary;

namespace DevBroker.Storage;

/// <summary>What is known of a sealed segment without reading it. Timestamps are milliseconds of the Unix epoch, -1 if none.</summary>
internal readonly record struct SegmentSummary(long NextOffset, long LengthBytes, long FirstTimestamp, long MaxTimestamp)
{
    public const int Bytes = 40;

    /// <summary>First bytes of an index file; the last digit is the version of the layout.</summary>
    private const long Magic = 0x3158_4449_4B42_5644;

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], NextOffset);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], LengthBytes);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], FirstTimestamp);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], MaxTimestamp);
    }

    public static SegmentSummary Read(ReadOnlySpan<byte> from) => BinaryPrimitives.ReadInt64LittleEndian(from) != Magic
        ? new SegmentSummary(-1, -1, -1, -1)
        : new SegmentSummary(
            BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[32..]));
}
