using System.Buffers.Binary;
using DevBroker.Protocol;

namespace DevBroker.Storage;

/// <summary>
/// Offset and time index of one segment in one table: an entry about every 32 KiB says at which position a batch starts and
/// what the largest timestamp before it was. Lives in memory (24 bytes per 32 KiB of log) and is stored when its segment is sealed.
/// </summary>
/// <remarks>One writer, any number of readers at once.</remarks>
internal sealed class SparseIndex
{
    private const int IntervalBytes = 32 * 1024;
    private const int EntryBytes = 24;
    private Entry[] _entries = new Entry[16];
    private int _count;
    private long _nextPosition;

    private readonly record struct Entry(long Offset, long MaxTimestampBefore, long Position);

    /// <summary>Tells the index of a batch that is about to follow at <paramref name="position"/>.</summary>
    public void Note(long offset, long maxTimestampBefore, long position)
    {
        if (position < _nextPosition) return;
        _nextPosition = position + IntervalBytes;
        if (_count == _entries.Length) Array.Resize(ref _entries, _count * 2);
        _entries[_count] = new Entry(offset, maxTimestampBefore, position);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>A position at or before that of the batch with this offset.</summary>
    public long PositionAtOrBefore(long offset) => Floor(entry => entry.Offset <= offset);

    /// <summary>A position at or before that of the first batch whose largest timestamp reaches <paramref name="timestamp"/>.</summary>
    public long PositionBefore(long timestamp) => Floor(entry => entry.MaxTimestampBefore < timestamp);

    /// <summary>The table as bytes, with its check sum at the end.</summary>
    public byte[] ToBytes(SegmentSummary summary)
    {
        var bytes = new byte[SegmentSummary.Bytes + (_count * EntryBytes) + 4];
        summary.Write(bytes);
        for (int i = 0; i < _count; i++)
        {
            Span<byte> at = bytes.AsSpan(SegmentSummary.Bytes + (i * EntryBytes));
            BinaryPrimitives.WriteInt64LittleEndian(at, _entries[i].Offset);
            BinaryPrimitives.WriteInt64LittleEndian(at[8..], _entries[i].MaxTimestampBefore);
            BinaryPrimitives.WriteInt64LittleEndian(at[16..], _entries[i].Position);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32C.Of(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null if it is damaged, then it has to be built again from the segment.</summary>
    public static (SparseIndex Index, SegmentSummary Summary)? FromBytes(ReadOnlySpan<byte> bytes)
    {
        int entryBytes = bytes.Length - SegmentSummary.Bytes - 4;
        if (entryBytes < 0 || entryBytes % EntryBytes != 0) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]) != Crc32C.Of(bytes[..^4])) return null;
        var index = new SparseIndex { _entries = new Entry[Math.Max(1, entryBytes / EntryBytes)], _count = entryBytes / EntryBytes };
        for (int i = 0; i < index._count; i++)
        {
            ReadOnlySpan<byte> at = bytes[(SegmentSummary.Bytes + (i * EntryBytes))..];
            index._entries[i] = new Entry(
                BinaryPrimitives.ReadInt64LittleEndian(at),
                BinaryPrimitives.ReadInt64LittleEndian(at[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(at[16..]));
        }

        return (index, SegmentSummary.Read(bytes));
    }

    private long Floor(Func<Entry, bool> isBefore)
    {
        int low = 0;
        int high = Volatile.Read(ref _count);
        Entry[] entries = _entries;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (isBefore(entries[middle])) low = middle + 1;
            else high = middle;
        }

        return low == 0 ? 0 : entries[low - 1].Position;
    }
}
