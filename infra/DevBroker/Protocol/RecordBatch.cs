using System.Buffers.Binary;

namespace DevBroker.Protocol;

/// <summary>Codecs of record batches, as in the low three bits of the attributes.</summary>
internal enum Codec
{
    None = 0,
    Gzip = 1,
    Snappy = 2,
    Lz4 = 3,
    Zstd = 4,
}

/// <summary>
/// The header of a record batch of format 2 (the only one stored). The check sum covers the bytes from the attributes to the
/// end, so that the server can put its offset and leader epoch in without touching it.
/// </summary>
internal readonly record struct RecordBatch(
    long BaseOffset,
    int SizeBytes,
    int LeaderEpoch,
    byte Magic,
    uint Crc,
    short Attributes,
    int LastOffsetDelta,
    long BaseTimestamp,
    long MaxTimestamp,
    long ProducerId,
    short ProducerEpoch,
    int BaseSequence,
    int RecordCount)
{
    public const int HeaderBytes = 61;

    /// <summary>Base offset and length come before what the length counts.</summary>
    private const int LengthOverhead = 12;

    private const int CrcStart = 21;

    public long LastOffset => BaseOffset + LastOffsetDelta;

    public long NextOffset => BaseOffset + LastOffsetDelta + 1;

    public Codec Codec => (Codec)(Attributes & 7);

    public bool IsTransactional => (Attributes & 0x10) != 0;

    public bool IsControl => (Attributes & 0x20) != 0;

    public int LastSequence => Advance(BaseSequence, LastOffsetDelta);

    /// <summary>Sequence numbers wrap from the largest 32-bit number to 0.</summary>
    public static int Advance(int sequence, int by) => (int)(((long)sequence + by) & int.MaxValue);

    /// <summary>Reads a header; <paramref name="data"/> has at least <see cref="HeaderBytes"/> bytes, nothing is checked.</summary>
    public static RecordBatch Read(ReadOnlySpan<byte> data) => new(
        BinaryPrimitives.ReadInt64BigEndian(data),
        unchecked(BinaryPrimitives.ReadInt32BigEndian(data[8..]) + LengthOverhead),
        BinaryPrimitives.ReadInt32BigEndian(data[12..]),
        data[16],
        BinaryPrimitives.ReadUInt32BigEndian(data[17..]),
        BinaryPrimitives.ReadInt16BigEndian(data[CrcStart..]),
        BinaryPrimitives.ReadInt32BigEndian(data[23..]),
        BinaryPrimitives.ReadInt64BigEndian(data[27..]),
        BinaryPrimitives.ReadInt64BigEndian(data[35..]),
        BinaryPrimitives.ReadInt64BigEndian(data[43..]),
        BinaryPrimitives.ReadInt16BigEndian(data[51..]),
        BinaryPrimitives.ReadInt32BigEndian(data[53..]),
        BinaryPrimitives.ReadInt32BigEndian(data[57..]));

    /// <summary>Whether the header's own numbers make sense; false says that these bytes are no batch.</summary>
    public bool IsPlausible =>
        SizeBytes >= HeaderBytes && Magic == 2 && BaseOffset >= 0 && LastOffsetDelta >= 0 && RecordCount >= 0 && (Attributes & 7) <= 4;

    /// <summary>Whether the check sum fits; <paramref name="data"/> is the whole batch.</summary>
    public bool CrcFits(ReadOnlySpan<byte> data) => Crc32C.Of(data[CrcStart..SizeBytes]) == Crc;

    /// <summary>Puts the server's offset and epoch into a batch in place.</summary>
    public static void Stamp(Span<byte> data, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(data, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(data[12..], leaderEpoch);
    }

    /// <summary>Writes this header over the first bytes of a whole batch and computes its check sum.</summary>
    public void Write(Span<byte> data)
    {
        Stamp(data, BaseOffset, LeaderEpoch);
        BinaryPrimitives.WriteInt32BigEndian(data[8..], SizeBytes - LengthOverhead);
        data[16] = Magic;
        BinaryPrimitives.WriteInt16BigEndian(data[CrcStart..], Attributes);
        BinaryPrimitives.WriteInt32BigEndian(data[23..], LastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(data[27..], BaseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(data[35..], MaxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(data[43..], ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(data[51..], ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(data[53..], BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(data[57..], RecordCount);
        BinaryPrimitives.WriteUInt32BigEndian(data[17..], Crc32C.Of(data[CrcStart..SizeBytes]));
    }
}
