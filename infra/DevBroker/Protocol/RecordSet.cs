namespace DevBroker.Protocol;

/// <summary>One record of a batch. <see cref="Raw"/> is its encoded form, length prefix included.</summary>
internal readonly record struct Record(long Offset, long Timestamp, ReadOnlyMemory<byte>? Key, bool HasValue, ReadOnlyMemory<byte> Raw);

/// <summary>
/// Looks inside a batch. The server does so only where the protocol forces it to: for a look-up by timestamp, for compaction,
/// and to check that records of a compacted topic have keys.
/// </summary>
internal static class RecordSet
{
    /// <summary>The records of a batch; fewer than it says when it is damaged inside (its check sum is not looked at here).</summary>
    /// <param name="body">The whole batch with its header.</param>
    public static List<Record> Read(in RecordBatch batch, ReadOnlySpan<byte> body)
    {
        var records = new List<Record>(Math.Min(batch.RecordCount, 1024));
        if (body.Length < batch.SizeBytes || batch.SizeBytes < RecordBatch.HeaderBytes) return records;
        ReadOnlyMemory<byte> data = Compression.Decompress(batch.Codec, body[RecordBatch.HeaderBytes..batch.SizeBytes]);
        int position = 0;
        while (records.Count < batch.RecordCount && ReadRecord(batch, data, ref position) is { } record) records.Add(record);
        return records;
    }

    private static Record? ReadRecord(in RecordBatch batch, ReadOnlyMemory<byte> data, ref int position)
    {
        int start = position;
        ReadOnlySpan<byte> span = data.Span;
        if (!Varint(span, ref position, out long length) || length < 1 || length > span.Length - position) return null;
        int end = position + (int)length;
        position++;
        if (!Varint(span[..end], ref position, out long timestampDelta)) return null;
        if (!Varint(span[..end], ref position, out long offsetDelta)) return null;
        if (!Varint(span[..end], ref position, out long keyLength) || keyLength > end - position) return null;
        ReadOnlyMemory<byte>? key = keyLength < 0 ? null : data.Slice(position, (int)keyLength);
        position += (int)Math.Max(keyLength, 0);
        if (!Varint(span[..end], ref position, out long valueLength) || valueLength > end - position) return null;
        position = end;
        return new Record(
            batch.BaseOffset + offsetDelta, batch.BaseTimestamp + timestampDelta, key, valueLength >= 0, data[start..end]);
    }

    private static bool Varint(ReadOnlySpan<byte> data, ref int position, out long value)
    {
        ulong zigzag = 0;
        value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (position >= data.Length) return false;
            byte next = data[position++];
            zigzag |= (ulong)(next & 0x7F) << shift;
            if ((next & 0x80) != 0) continue;
            value = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
            return true;
        }

        return false;
    }
}
