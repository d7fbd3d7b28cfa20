using Pipeline.Archive;
using Pipeline.Archive.Files;
using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;

namespace Archive.Tests;

/// <summary>Writes and reads whole archives.</summary>
internal static class Archived
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task WriteAsync(IArchiveStore store, IEnumerable<RawRecord> records, ArchiveOptions options)
    {
        using PartitionWriter writer = await PartitionWriter.OpenAsync(store, SomeLog.Topic, 0, options, TimeProvider.System, Cancellation);
        foreach (RawRecord record in records) await writer.AddAsync(record, Cancellation);
        await writer.SealAsync(Cancellation);
    }

    public static async Task<PartitionIndex> IndexAsync(IArchiveStore store) =>
        await ArchiveIndex.ReadAsync(store, SomeLog.Topic, 0, Cancellation);

    public static async Task<List<RawRecord>> ReadAsync(IArchiveStore store)
    {
        var read = new List<RawRecord>();
        foreach (SealedSegment segment in (await IndexAsync(store)).Segments)
        {
            using SegmentReader reader = await SegmentReader.OpenAsync(store, segment.Manifest, 0, Cancellation);
            while (await reader.NextBlockAsync(Cancellation))
            {
                while (reader.Next(out ArchivedRecord r))
                {
                    byte[]? key = r.Key.IsEmpty ? null : r.Key.ToArray();
                    read.Add(new RawRecord(r.Partition, r.Offset, r.TimestampMs, key, r.Headers, r.Original()));
                }
            }
        }

        return read;
    }

    /// <summary>Every byte of a record as text, for comparison.</summary>
    public static IEnumerable<string> Text(IEnumerable<RawRecord> records) => records.Select(r =>
        $"{r.Partition}/{r.Offset} {r.TimestampMs} {Hex(r.Key)} "
        + $"[{string.Join(' ', r.Headers.Select(h => $"{h.Name}={Hex(h.Value)}"))}] {Hex(r.Value)}");

    private static string Hex(byte[]? bytes) => bytes is null ? "-" : Convert.ToHexString(bytes);
}
