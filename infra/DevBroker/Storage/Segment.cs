using DevBroker.Protocol;
using Microsoft.Win32.SafeHandles;

namespace DevBroker.Storage;

/// <summary>
/// One file of a partition's log: whole batches one after the other, named by the offset it starts with. The newest segment of a
/// partition is active (open, appended to), the others are sealed and are opened only while somebody reads them, so the number
/// of open files depends on partitions and readers and not on how long the log is.
/// </summary>
/// <remarks>One writer (the partition's lock), any number of readers at once: a reader never looks past the published length.</remarks>
internal sealed class Segment : IDisposable
{
    private readonly SafeFileHandle? _active;
    private readonly SparseIndex _index;
    private long _length;
    private long _nextOffset;
    private long _maxTimestamp;

    private Segment(string path, long baseOffset, SafeFileHandle? active, SparseIndex index, SegmentSummary summary)
    {
        Path = path;
        BaseOffset = baseOffset;
        _active = active;
        _index = index;
        _length = summary.LengthBytes;
        _nextOffset = summary.NextOffset;
        FirstTimestamp = summary.FirstTimestamp;
        _maxTimestamp = summary.MaxTimestamp;
    }

    public string Path { get; }

    public long BaseOffset { get; }

    public long Length => Volatile.Read(ref _length);

    public long NextOffset => Volatile.Read(ref _nextOffset);

    /// <summary>Largest timestamp of its first batch, milliseconds of the Unix epoch; -1 while empty.</summary>
    public long FirstTimestamp { get; private set; }

    public long MaxTimestamp => Volatile.Read(ref _maxTimestamp);

    private SegmentSummary Summary => new(NextOffset, Length, FirstTimestamp, MaxTimestamp);

    /// <summary>How much of the file is known to be on disk.</summary>
    public long FlushedLength { get; private set; }

    public static string PathFor(string directory, long baseOffset) => System.IO.Path.Combine(directory, $"{baseOffset:D20}.log");

    public static string IndexPathFor(string segmentPath) => System.IO.Path.ChangeExtension(segmentPath, ".index");

    public static Segment Create(string directory, long baseOffset)
    {
        string path = PathFor(directory, baseOffset);
        SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return new Segment(path, baseOffset, file, new SparseIndex(), new SegmentSummary(baseOffset, 0, -1, -1));
    }

    /// <summary>A sealed segment whose content is known from its index file or from a scan.</summary>
    /// <param name="flushed">Whether all of it is on disk for certain.</param>
    public static Segment Known(string path, long baseOffset, SparseIndex index, SegmentSummary summary, bool flushed) =>
        new(path, baseOffset, null, index, summary) { FlushedLength = flushed ? summary.LengthBytes : 0 };

    /// <summary>Writes one stamped batch behind the others and then publishes it.</summary>
    /// <param name="flush">Given if the batch has to be on disk before anybody may see it.</param>
    public void Append(ReadOnlySpan<byte> data, in RecordBatch batch, Action<SafeFileHandle>? flush)
    {
        long position = _length;
        RandomAccess.Write(_active!, data, position);
        if (flush is not null)
        {
            flush(_active!);
            FlushedLength = position + data.Length;
        }

        _index.Note(batch.BaseOffset, _maxTimestamp, position);
        if (FirstTimestamp < 0) FirstTimestamp = batch.MaxTimestamp;
        if (batch.MaxTimestamp > _maxTimestamp) Volatile.Write(ref _maxTimestamp, batch.MaxTimestamp);
        Volatile.Write(ref _length, position + data.Length);
        Volatile.Write(ref _nextOffset, batch.NextOffset);
    }

    /// <summary>Forces what is written so far to disk.</summary>
    public void Flush(Action<SafeFileHandle> flush)
    {
        long length = Length;
        if (length == FlushedLength) return;
        using FileHold hold = Open();
        flush(hold.File);
        FlushedLength = length;
    }

    /// <summary>
    /// Writes the content to a new file and takes that in place of this one. After a failed flush the kernel may have dropped
    /// what it could not write while still showing it to readers, so flushing the same file again would prove nothing.
    /// </summary>
    public Segment Renew(Action<SafeFileHandle> flush)
    {
        string next = Path + "~";
        using (FileHold hold = Open())
        using (SafeFileHandle file = File.OpenHandle(next, FileMode.Create, FileAccess.ReadWrite))
        using (var cursor = new BatchCursor(hold.File, 0, Length))
        {
            while (cursor.MoveNext()) RandomAccess.Write(file, cursor.Body(), cursor.Position);
            if (cursor.Position != Length) throw new IOException("What was written can no longer be read.");
            flush(file);
        }

        File.Move(next, Path, overwrite: true);
        Durable.FlushDirectory(System.IO.Path.GetDirectoryName(Path)!);
        Segment renewed = Known(Path, BaseOffset, _index, Summary, flushed: true);
        return _active is null ? renewed : renewed.Activated();
    }

    /// <summary>Stores the index of what is there now; the sealed segment that is returned takes this one's place.</summary>
    public Segment Seal()
    {
        StoreIndex();
        return new Segment(Path, BaseOffset, null, _index, Summary) { FlushedLength = FlushedLength };
    }

    public void StoreIndex() => Durable.Replace(IndexPathFor(Path), _index.ToBytes(Summary), flush: false);

    /// <summary>The same segment, open for appends.</summary>
    public Segment Activated() =>
        new(Path, BaseOffset, OpenFile(Path, FileAccess.ReadWrite), _index, Summary) { FlushedLength = FlushedLength };

    /// <summary>The range that starts with the first batch that ends at or behind <paramref name="offset"/>.</summary>
    /// <returns>Null if that batch is in a later segment; an empty range if not even one batch is allowed.</returns>
    public FileSlice? Read(long offset, int bytesMax, bool atLeastOne)
    {
        if (offset >= NextOffset) return null;
        long length = Length;
        using FileHold hold = Open();
        using var cursor = new BatchCursor(hold.File, _index.PositionAtOrBefore(offset), length);
        while (cursor.MoveNext())
        {
            if (cursor.Current.LastOffset < offset) continue;
            long available = Math.Min(length - cursor.Position, bytesMax);
            if (available < cursor.Current.SizeBytes && !atLeastOne) return FileSlice.Empty;
            return FileSlice.Hold(hold.File, cursor.Position, (int)Math.Max(available, cursor.Current.SizeBytes));
        }

        return null;
    }

    /// <summary>The first record at or behind an offset with at least this timestamp; null if this segment has none.</summary>
    public (long Offset, long Timestamp)? FindTime(long timestamp, long offsetMin)
    {
        if (MaxTimestamp < timestamp) return null;
        using FileHold hold = Open();
        using var cursor = new BatchCursor(hold.File, _index.PositionBefore(timestamp), Length);
        while (cursor.MoveNext())
        {
            if (cursor.Current.MaxTimestamp < timestamp || cursor.Current.LastOffset < offsetMin) continue;
            foreach (Record record in RecordSet.Read(cursor.Current, cursor.Body()))
            {
                if (record.Timestamp >= timestamp && record.Offset >= offsetMin) return (record.Offset, record.Timestamp);
            }
        }

        return null;
    }

    /// <summary>The open file, to be disposed after use; a sealed segment is opened for this one reader.</summary>
    /// <exception cref="ObjectDisposedException">The segment was sealed meanwhile: another object stands for the file now.</exception>
    /// <exception cref="FileNotFoundException">The segment was deleted meanwhile.</exception>
    public FileHold Open()
    {
        if (_active is null) return new FileHold(OpenFile(Path, FileAccess.Read), owned: true);
        bool held = false;
        _active.DangerousAddRef(ref held);
        return new FileHold(_active, owned: false);
    }

    /// <summary>Removes the files; readers that hold the segment open are not disturbed.</summary>
    public void Delete()
    {
        Dispose();
        File.Delete(Path);
        File.Delete(IndexPathFor(Path));
    }

    public void Dispose() => _active?.Dispose();

    private static SafeFileHandle OpenFile(string path, FileAccess access) =>
        File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>A segment's file while it is used.</summary>
    internal readonly struct FileHold(SafeFileHandle file, bool owned) : IDisposable
    {
        public SafeFileHandle File => file;

        public void Dispose()
        {
            if (owned) file.Dispose();
            else file.DangerousRelease();
        }
    }
}
