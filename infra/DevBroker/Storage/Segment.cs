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
        _length = FlushedLength = summary.LengthBytes;
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

    /// <summary>A segment whose content is known (from its index file or from a scan).</summary>
    public static Segment Known(string path, long baseOffset, SparseIndex index, SegmentSummary summary, bool active) =>
        new(path, baseOffset, active ? OpenFile(path, FileAccess.ReadWrite) : null, index, summary);

    /// <summary>Writes one stamped batch behind the others and then publishes it.</summary>
    /// <param name="flush">Whether the batch has to be on disk before anybody may see it.</param>
    public void Append(ReadOnlySpan<byte> data, in RecordBatch batch, bool flush)
    {
        long position = _length;
        RandomAccess.Write(_active!, data, position);
        if (flush)
        {
            Durable.Flush(_active!);
            FlushedLength = position + data.Length;
        }

        _index.Note(batch.BaseOffset, _maxTimestamp, position);
        if (FirstTimestamp < 0) FirstTimestamp = batch.MaxTimestamp;
        if (batch.MaxTimestamp > _maxTimestamp) Volatile.Write(ref _maxTimestamp, batch.MaxTimestamp);
        Volatile.Write(ref _length, position + data.Length);
        Volatile.Write(ref _nextOffset, batch.NextOffset);
    }

    /// <summary>Forces what is written so far to disk.</summary>
    public void Flush()
    {
        long length = Length;
        if (length == FlushedLength) return;
        using FileHold hold = Open();
        Durable.Flush(hold.File);
        FlushedLength = length;
    }

    /// <summary>Closes the file for appends and stores its index. The sealed segment takes this one's place.</summary>
    public Segment Seal()
    {
        var summary = new SegmentSummary(NextOffset, Length, FirstTimestamp, MaxTimestamp);
        Durable.Replace(IndexPathFor(Path), _index.ToBytes(summary), flush: false);
        return new Segment(Path, BaseOffset, null, _index, summary) { FlushedLength = FlushedLength };
    }

    /// <summary>Where the first batch starts that ends at or behind <paramref name="offset"/>; null if it is in a later segment.</summary>
    public (long Position, RecordBatch Batch)? Find(long offset)
    {
        if (offset >= NextOffset) return null;
        using FileHold hold = Open();
        using var cursor = new BatchCursor(hold.File, _index.PositionAtOrBefore(offset), Length);
        while (cursor.MoveNext())
        {
            if (cursor.Current.LastOffset >= offset) return (cursor.Position, cursor.Current);
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

    public FileSlice Slice(long position, int length)
    {
        using FileHold hold = Open();
        return FileSlice.Hold(hold.File, position, length);
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
