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
            if (Scan(files[i].Path, files[i].Offset, isLast: i == files.Count - 1)) continue;
            foreach ((_, string path) in files.Skip(i + 1)) Discard(path);
            break;
        }

        if (_segments.Count == 0) _segments.Add(Segment.Create(_directory, _checkpoint.StartOffset));
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
            _segments.Add(Segment.Known(files[i].Path, files[i].Offset, known.Index, summary, active: false));
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

    /// <returns>Whether the segment is whole and the next one can follow.</returns>
    private bool Scan(string path, long baseOffset, bool isLast)
    {
        long fileLength;
        long validLength = 0;
        var index = new SparseIndex();
        var summary = new SegmentSummary(baseOffset, 0, -1, -1);
        bool follows = _segments.Count == 0 || (_isCompacted ? baseOffset >= _segments[^1].NextOffset : baseOffset == _segments[^1].NextOffset);
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        {
            fileLength = RandomAccess.GetLength(file);
            using var cursor = new BatchCursor(file, 0, fileLength, ScanWindowBytes);
            while (follows && cursor.MoveNext() && IsSound(cursor, summary.NextOffset, strict: isLast || !_isCompacted))
            {
                RecordBatch batch = cursor.Current;
                index.Note(batch.BaseOffset, summary.MaxTimestamp, cursor.Position);
                _producers.Note(batch);
                validLength = cursor.End;
                summary = new SegmentSummary(
                    batch.NextOffset,
                    validLength,
                    summary.FirstTimestamp < 0 ? batch.MaxTimestamp : summary.FirstTimestamp,
                    Math.Max(summary.MaxTimestamp, batch.MaxTimestamp));
            }

            if (validLength < fileLength) RandomAccess.SetLength(file, validLength);
        }

        bool whole = validLength == fileLength && follows;
        if (!whole) Log.TailCut(_settings.Logger, _name, fileLength - validLength, summary.NextOffset);
        if (!follows)
        {
            Discard(path);
            (string lastPath, long lastBase) = (_segments[^1].Path, _segments[^1].BaseOffset);
            _segments.RemoveAt(_segments.Count - 1);
            return Scan(lastPath, lastBase, isLast: true) && false;
        }

        bool active = isLast || !whole;
        Segment segment = Segment.Known(path, baseOffset, index, summary, active);
        if (!active)
        {
            using Segment scanned = segment;
            segment = scanned.Seal();
        }

        _segments.Add(segment);
        return whole;
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
