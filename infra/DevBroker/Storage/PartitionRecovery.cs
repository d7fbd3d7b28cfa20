using System.Globalization;
using DevBroker.Protocol;
using Microsoft.Win32.SafeHandles;

namespace DevBroker.Storage;

/// <summary>A partition as found on disk, cut behind its last whole batch.</summary>
internal sealed record RecoveredPartition(Segment[] Segments, ProducerStates Producers, PartitionCheckpoint Checkpoint);

/// <summary>
/// Opens a partition's directory. Segments that are sealed, indexed and known to be on disk are trusted; all others are read
/// batch by batch, and at the first batch that is torn, damaged or out of order the log ends: the rest is cut off. Nothing
/// before that point is ever dropped.
/// </summary>
internal sealed class PartitionRecovery
{
    private const int ScanWindowBytes = 1024 * 1024;
    private readonly string _name;
    private readonly string _directory;
    private readonly StorageSettings _settings;
    private readonly bool _isCompacted;
    private readonly List<Segment> _segments = [];
    private readonly PartitionCheckpoint _checkpoint;
    private ProducerStates _producers = new();

    private PartitionRecovery(string name, string directory, bool isCompacted, StorageSettings settings)
    {
        _name = name;
        _directory = directory;
        _isCompacted = isCompacted;
        _settings = settings;
        _checkpoint = PartitionCheckpoint.Load(directory);
    }

    public static RecoveredPartition Run(string name, string directory, bool isCompacted, StorageSettings settings) =>
        new PartitionRecovery(name, directory, isCompacted, settings).Run();

    public static string ProducersPath(string directory, long offset) => Path.Combine(directory, $"{offset:D20}.producers");

    /// <summary>Only the newest snapshots of producer states are of use.</summary>
    public static void DropOldProducers(string directory, int keep)
    {
        foreach ((long offset, _) in FilesByOffset(directory, ".producers").SkipLast(keep)) File.Delete(ProducersPath(directory, offset));
    }

    private RecoveredPartition Run()
    {
        foreach (string leftOver in Directory.EnumerateFiles(_directory, "*~")) File.Delete(leftOver);
        List<(long Offset, string Path)> files = FilesByOffset(_directory, ".log");
        int trusted = TakeTrusted(files);
        LoadProducers(trusted < files.Count ? files[trusted].Offset : long.MaxValue);
        for (int i = trusted; i < files.Count; i++)
        {
            if (Follows(files[i].Offset) && Scan(files[i].Path, files[i].Offset, isLast: i == files.Count - 1)) continue;
            foreach ((_, string path) in files.Skip(i).Where(file => _segments.Count == 0 || file.Offset != _segments[^1].BaseOffset)) Discard(path);
            break;
        }

        EndWithActive();
        long end = _segments[^1].NextOffset;
        foreach ((long offset, string path) in FilesByOffset(_directory, ".producers"))
        {
            if (offset > end) File.Delete(path);
        }

        PartitionCheckpoint bounded = _checkpoint with { StartOffset = Math.Min(_checkpoint.StartOffset, end), FlushedOffset = Math.Min(_checkpoint.FlushedOffset, end) };
        return new RecoveredPartition([.. _segments], _producers, bounded);
    }

    private int TakeTrusted(List<(long Offset, string Path)> files)
    {
        for (int i = 0; i < files.Count - 1; i++)
        {
            string indexPath = Segment.IndexPathFor(files[i].Path);
            if (!File.Exists(indexPath) || SparseIndex.FromBytes(File.ReadAllBytes(indexPath)) is not { } known) return i;
            SegmentSummary summary = known.Summary;
            if (summary.LengthBytes != new FileInfo(files[i].Path).Length || summary.NextOffset > _checkpoint.FlushedOffset) return i;
            _segments.Add(Segment.Known(files[i].Path, files[i].Offset, known.Index, summary, flushed: true));
        }

        return Math.Max(0, files.Count - 1);
    }

    /// <summary>The newest usable snapshot before the scan starts, brought up to there from the trusted segments' headers.</summary>
    private void LoadProducers(long scanStart)
    {
        long from = -1;
        foreach ((long offset, string path) in FilesByOffset(_directory, ".producers").Where(file => file.Offset <= scanStart).Reverse())
        {
            if (ProducerStates.FromBytes(File.ReadAllBytes(path)) is not { } states) continue;
            (_producers, from) = (states, offset);
            break;
        }

        foreach (Segment segment in _segments.Where(segment => segment.BaseOffset >= from))
        {
            using Segment.FileHold hold = segment.Open();
            using var cursor = new BatchCursor(hold.File, 0, segment.Length);
            while (cursor.MoveNext()) _producers.Note(cursor.Current);
        }
    }

    /// <summary>Segments follow each other without a hole, unless compaction made it.</summary>
    private bool Follows(long baseOffset) =>
        _segments.Count == 0 || baseOffset == _segments[^1].NextOffset || (MayHaveGaps(baseOffset) && baseOffset > _segments[^1].NextOffset);

    private bool MayHaveGaps(long baseOffset) => _isCompacted || baseOffset < _checkpoint.CleanedOffset;

    /// <returns>Whether the segment is whole, so that the next one can follow.</returns>
    private bool Scan(string path, long baseOffset, bool isLast)
    {
        var index = new SparseIndex();
        var summary = new SegmentSummary(baseOffset, 0, -1, -1);
        long fileLength;
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        {
            fileLength = RandomAccess.GetLength(file);
            using var cursor = new BatchCursor(file, 0, fileLength, ScanWindowBytes);
            while (cursor.MoveNext() && IsSound(cursor, summary.NextOffset, strict: isLast || !MayHaveGaps(baseOffset)))
            {
                RecordBatch batch = cursor.Current;
                index.Note(batch.BaseOffset, summary.MaxTimestamp, cursor.Position);
                _producers.Note(batch);
                summary = new SegmentSummary(
                    batch.NextOffset,
                    cursor.End,
                    summary.FirstTimestamp < 0 ? batch.MaxTimestamp : summary.FirstTimestamp,
                    Math.Max(summary.MaxTimestamp, batch.MaxTimestamp));
            }

            if (summary.LengthBytes < fileLength) RandomAccess.SetLength(file, summary.LengthBytes);
        }

        bool isWhole = summary.LengthBytes == fileLength;
        if (!isWhole) Log.TailCut(_settings.Logger, _name, fileLength - summary.LengthBytes, summary.NextOffset);
        _segments.Add(Segment.Known(path, baseOffset, index, summary, flushed: false));
        return isWhole;
    }

    /// <summary>The last segment is the one to append to; those before it get their index files, so that they need no scan again.</summary>
    private void EndWithActive()
    {
        if (_segments.Count == 0)
        {
            _segments.Add(Segment.Create(_directory, _checkpoint.StartOffset));
            return;
        }

        foreach (Segment segment in _segments.SkipLast(1).Where(segment => !File.Exists(Segment.IndexPathFor(segment.Path)))) segment.StoreIndex();
        _segments[^1] = _segments[^1].Activated();
    }

    private static bool IsSound(BatchCursor cursor, long expectedOffset, bool strict)
    {
        RecordBatch batch = cursor.Current;
        bool inOrder = strict ? batch.BaseOffset == expectedOffset : batch.BaseOffset >= expectedOffset;
        return inOrder && batch.LeaderEpoch == PartitionLog.LeaderEpoch && cursor.Body() is { Length: > 0 } body && batch.CrcFits(body);
    }

    private void Discard(string path)
    {
        Log.SegmentDiscarded(_settings.Logger, _name, Path.GetFileName(path));
        File.Delete(path);
        File.Delete(Segment.IndexPathFor(path));
    }

    private static List<(long Offset, string Path)> FilesByOffset(string directory, string extension) =>
    [
        .. Directory.EnumerateFiles(directory, "*" + extension)
            .Select(path => (Name: Path.GetFileNameWithoutExtension(path), Path: path))
            .Where(file => long.TryParse(file.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(file => (long.Parse(file.Name, CultureInfo.InvariantCulture), file.Path))
            .OrderBy(file => file.Item1),
    ];
}
