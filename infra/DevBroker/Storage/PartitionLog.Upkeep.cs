using DevBroker.Protocol;

namespace DevBroker.Storage;

/// <summary>What happens to a partition's log besides appends and reads: flushing, and all the ways in which old records go.</summary>
internal sealed partial class PartitionLog
{
    /// <summary>Moves the start of the log: records below are gone for readers at once, their segments go with the next clean-up.</summary>
    /// <param name="offset">-1 for everything that is there now.</param>
    public ErrorCode DeleteBefore(long offset)
    {
        lock (_gate)
        {
            if (offset == -1) offset = _endOffset;
            if (offset < 0 || offset > _endOffset) return ErrorCode.OffsetOutOfRange;
            if (offset > StartOffset) Save(_checkpoint with { StartOffset = offset }, flush: true);
            return ErrorCode.None;
        }
    }

    /// <summary>Forces everything appended so far to disk and remembers how far that is.</summary>
    public void Flush()
    {
        long end = EndOffset;
        if (end == _checkpoint.FlushedOffset) return;
        try
        {
            foreach (Segment segment in Volatile.Read(ref _segments)) segment.Flush(_settings.Flush);
            Durable.FlushDirectory(Directory);
        }
        catch (Exception race) when (race is ObjectDisposedException or FileNotFoundException)
        {
            // Sealed or deleted while it was flushed; the next round flushes what took its place.
            return;
        }
        catch (IOException failure)
        {
            Log.FlushFailed(_settings.Logger, failure, Name);
            lock (_gate) Renew();
            return;
        }

        lock (_gate) Save(_checkpoint with { FlushedOffset = end }, flush: false);
    }

    /// <summary>Removes the oldest segments that are past their age or the log's size, and those below the start of the log.</summary>
    public void DeleteOld()
    {
        List<Segment> gone = [];
        lock (_gate)
        {
            TopicConfig config = Config;
            long oldestMs = config is { IsDeleted: true, RetentionMs: >= 0 } ? _settings.NowMs - config.RetentionMs : long.MinValue;
            long excessBytes = config is { IsDeleted: true, RetentionBytes: >= 0 } ? SizeBytes - config.RetentionBytes : 0;
            foreach (Segment segment in _segments)
            {
                bool isOld = segment.Length > 0 && segment.MaxTimestamp < oldestMs;
                bool isExcess = segment.Length > 0 && segment.Length <= excessBytes;
                bool isBelowStart = segment.NextOffset <= StartOffset && segment.Length > 0;
                if (!isOld && !isExcess && !isBelowStart) break;
                excessBytes -= segment.Length;
                gone.Add(segment);
            }

            if (gone.Count == 0) return;
            if (gone.Count == _segments.Length)
            {
                Roll();
                gone = [.. _segments[..^1]];
            }

            Volatile.Write(ref _segments, _segments[gone.Count..]);
        }

        // Oldest first: if the server dies in between, what is left still has no holes.
        foreach (Segment segment in gone) segment.Delete();
        Log.SegmentsDeleted(_settings.Logger, Name, gone.Count, StartOffset);
    }

    /// <summary>The segments that compaction may rewrite and where it left off, as they are now.</summary>
    public (IReadOnlyList<Segment> Sealed, long CleanedOffset) Cleanable()
    {
        lock (_gate) return (_segments[..^1], _checkpoint.CleanedOffset);
    }

    /// <summary>Says before the first segment is replaced that offsets below may have gaps from now on.</summary>
    public void BeginCleaning(long cleanedOffset)
    {
        lock (_gate) Save(_checkpoint with { CleanedOffset = cleanedOffset }, flush: true);
    }

    /// <summary>
    /// Puts a compacted file in the place of its segment. If it is empty the segment goes, but for the first one, which always
    /// stays, since a reader may be at an offset that it stood for.
    /// </summary>
    public void Replace(Segment segment, CompactedSegment by)
    {
        lock (_gate)
        {
            int index = Array.IndexOf(_segments, segment);
            if (index < 0 || (by.Summary.LengthBytes == 0 && index > 0))
            {
                Volatile.Write(ref _segments, [.. _segments.Where(other => other != segment)]);
                if (index > 0) segment.Delete();
                File.Delete(by.Path);
                return;
            }

            Durable.Replace(Segment.IndexPathFor(segment.Path), by.Index.ToBytes(by.Summary), flush: false);
            File.Move(by.Path, segment.Path, overwrite: true);
            Durable.FlushDirectory(Directory);
            Segment[] next = [.. _segments];
            next[index] = Segment.Known(segment.Path, segment.BaseOffset, by.Index, by.Summary, flushed: true);
            Volatile.Write(ref _segments, next);
        }
    }

    /// <summary>Answers a failed flush: what is not surely on disk is written anew; if that fails too, the partition takes no more.</summary>
    private void Renew()
    {
        try
        {
            Segment[] segments = _segments;
            for (int i = 0; i < segments.Length; i++)
            {
                if (segments[i].FlushedLength == segments[i].Length && i < segments.Length - 1) continue;
                Segment renewed = segments[i].Renew(_settings.Flush);
                Segment[] next = [.. _segments];
                next[i] = renewed;
                Volatile.Write(ref _segments, next);
                segments[i].Dispose();
            }

            Log.SegmentsRenewed(_settings.Logger, Name);
        }
        catch (IOException failure)
        {
            Log.PartitionSuspect(_settings.Logger, failure, Name);
            Volatile.Write(ref _isSuspect, true);
        }
    }

    private void Save(PartitionCheckpoint checkpoint, bool flush)
    {
        checkpoint.Save(Directory, flush);
        Volatile.Write(ref _checkpoint, checkpoint);
    }
}
