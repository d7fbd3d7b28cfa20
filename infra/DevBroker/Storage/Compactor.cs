using System.Buffers;
using System.IO.Hashing;
using DevBroker.Protocol;

namespace DevBroker.Storage;

/// <summary>
/// Compaction of one partition: of each key only the newest record stays. Works on sealed segments, one after the other, and
/// replaces each by a rewritten file; records keep their offsets and order. The mark of a deleted key (a record without value)
/// goes too once it has survived an earlier round and is older than the topic's setting says.
/// </summary>
internal sealed class Compactor
{
    /// <summary>Bounds memory (about 50 bytes a key); a log with more distinct keys is compacted in several rounds.</summary>
    private const int KeysMax = 1_000_000;

    private readonly Dictionary<UInt128, long> _newest = [];
    private readonly long _cleanedBefore;
    private readonly long _tombstonesGoBeforeMs;

    private Compactor(long cleanedBefore, long tombstonesGoBeforeMs)
    {
        _cleanedBefore = cleanedBefore;
        _tombstonesGoBeforeMs = tombstonesGoBeforeMs;
    }

    /// <summary>Compacts a partition if its topic wants that and enough has come since the last time.</summary>
    public static void Run(PartitionLog log, StorageSettings settings, CancellationToken cancellation)
    {
        TopicConfig config = log.Config;
        if (!config.IsCompacted) return;
        (IReadOnlyList<Segment> segments, long cleanedBefore) = log.Cleanable();
        long before = segments.Sum(segment => segment.Length);
        long dirty = segments.Where(segment => segment.NextOffset > cleanedBefore).Sum(segment => segment.Length);
        if (dirty == 0 || dirty < config.MinCleanableDirtyRatio * before) return;

        var compactor = new Compactor(cleanedBefore, settings.NowMs - config.DeleteRetentionMs);
        long cleanedUpTo = compactor.LearnKeys(segments.Where(segment => segment.NextOffset > cleanedBefore));
        log.BeginCleaning(cleanedUpTo);
        long after = 0;
        foreach (Segment segment in segments)
        {
            if (cancellation.IsCancellationRequested) return;
            CompactedSegment rewritten = CompactedSegment.Write(segment, compactor.Surviving(segment));
            after += rewritten.Summary.LengthBytes;
            if (rewritten.Summary.LengthBytes == segment.Length) File.Delete(rewritten.Path);
            else log.Replace(segment, rewritten);
        }

        Log.Compacted(settings.Logger, log.Name, cleanedUpTo, before, after);
    }

    private static UInt128 Hash(ReadOnlyMemory<byte> key) => XxHash128.HashToUInt128(key.Span);

    /// <returns>The offset below which the newest record of every key is known.</returns>
    private long LearnKeys(IEnumerable<Segment> segments)
    {
        long upTo = _cleanedBefore;
        foreach (Segment segment in segments)
        {
            using Segment.FileHold hold = segment.Open();
            using var cursor = new BatchCursor(hold.File, 0, segment.Length);
            while (cursor.MoveNext())
            {
                if (_newest.Count >= KeysMax) return upTo;
                foreach (Record record in RecordSet.Read(cursor.Current, cursor.Body()))
                {
                    if (record.Key is { } key) _newest[Hash(key)] = record.Offset;
                }

                upTo = cursor.Current.NextOffset;
            }

            upTo = segment.NextOffset;
        }

        return upTo;
    }

    private IEnumerable<byte[]> Surviving(Segment segment)
    {
        using Segment.FileHold hold = segment.Open();
        using var cursor = new BatchCursor(hold.File, 0, segment.Length);
        while (cursor.MoveNext())
        {
            if (Surviving(cursor.Current, cursor.Body()) is { } batch) yield return batch;
        }
    }

    private byte[]? Surviving(RecordBatch batch, ReadOnlySpan<byte> body)
    {
        List<Record> records = RecordSet.Read(batch, body);
        // What cannot be read is kept as it is.
        if (records.Count != batch.RecordCount) return body.ToArray();
        Record[] kept = [.. records.Where(record => Survives(record))];
        if (kept.Length == records.Count) return body.ToArray();
        return kept.Length == 0 ? null : Rebuilt(batch, kept);
    }

    private bool Survives(Record record)
    {
        if (record.Key is not { } key) return false;
        if (_newest.TryGetValue(Hash(key), out long newest) && newest > record.Offset) return false;
        bool isOldTombstone = !record.HasValue && record.Offset < _cleanedBefore && record.Timestamp < _tombstonesGoBeforeMs;
        return !isOldTombstone;
    }

    /// <summary>The same batch with fewer records: offsets and times are relative to its header, so the records' bytes stay.</summary>
    private static byte[] Rebuilt(RecordBatch batch, Record[] kept)
    {
        var plain = new ArrayBufferWriter<byte>();
        foreach (Record record in kept) plain.Write(record.Raw.Span);
        byte[] records = Compression.Compress(batch.Codec, plain.WrittenSpan);
        var bytes = new byte[RecordBatch.HeaderBytes + records.Length];
        records.CopyTo(bytes, RecordBatch.HeaderBytes);
        (batch with { SizeBytes = bytes.Length, RecordCount = kept.Length, MaxTimestamp = kept.Max(record => record.Timestamp) }).Write(bytes);
        return bytes;
    }
}
