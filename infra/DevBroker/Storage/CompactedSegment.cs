using DevBroker.Protocol;
using Microsoft.Win32.SafeHandles;

namespace DevBroker.Storage;

/// <summary>What is left of a segment after compaction: a new file beside it that is on disk, and its index.</summary>
internal sealed record CompactedSegment(string Path, SparseIndex Index, SegmentSummary Summary)
{
    /// <summary>Writes batches to a file of their own; their offsets and order are as in the segment they come from.</summary>
    public static CompactedSegment Write(Segment of, IEnumerable<byte[]> batches)
    {
        string path = of.Path + "~";
        var index = new SparseIndex();
        var summary = new SegmentSummary(of.NextOffset, 0, -1, -1);
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        foreach (byte[] bytes in batches)
        {
            RecordBatch batch = RecordBatch.Read(bytes);
            index.Note(batch.BaseOffset, summary.MaxTimestamp, summary.LengthBytes);
            RandomAccess.Write(file, bytes, summary.LengthBytes);
            summary = summary with
            {
                LengthBytes = summary.LengthBytes + bytes.Length,
                FirstTimestamp = summary.FirstTimestamp < 0 ? batch.MaxTimestamp : summary.FirstTimestamp,
                MaxTimestamp = Math.Max(summary.MaxTimestamp, batch.MaxTimestamp),
            };
        }

        Durable.Flush(file);
        return new CompactedSegment(path, index, summary);
    }
}
