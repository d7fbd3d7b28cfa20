using System.Text;
using Pipeline.Archive;
using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;

namespace Benchmarks;

/// <summary>One partition of a log that busy nodes write to in turn.</summary>
internal static class BusyLog
{
    public const string Topic = "node-events";

    /// <param name="messages">Of each node, beside those that announce its containers.</param>
    public static IEnumerable<RawRecord> Records(int messages, int nodes)
    {
        NodeTraffic[] traffic =
            [.. Enumerable.Range(0, nodes).Select(node => new NodeTraffic(node + 1, NameOf(node), node * NodeTraffic.Containers))];
        byte[][] keys = [.. Enumerable.Range(0, nodes).Select(node => Encoding.UTF8.GetBytes(NameOf(node)))];
        long offset = 0;
        for (int node = 0; node < nodes; node++)
        {
            foreach (byte[] message in traffic[node].Begin()) yield return Record(offset++, keys[node], message);
        }

        for (int i = 0; i < messages; i++)
        {
            for (int node = 0; node < nodes; node++) yield return Record(offset++, keys[node], traffic[node].Next());
        }
    }

    public static async Task WriteAsync(IArchiveStore store, IEnumerable<RawRecord> records, ArchiveOptions options)
    {
        using PartitionWriter writer =
            await PartitionWriter.OpenAsync(store, Topic, 0, options, TimeProvider.System, CancellationToken.None);
        foreach (RawRecord record in records) await writer.AddAsync(record, CancellationToken.None);
        await writer.SealAsync(CancellationToken.None);
    }

    public static async Task<SegmentManifest[]> ManifestsAsync(IArchiveStore store) =>
        [.. (await ArchiveIndex.ReadAsync(store, Topic, 0, CancellationToken.None)).Segments.Select(s => s.Manifest)];

    private static string NameOf(int node) => $"busy-{node}";

    private static RawRecord Record(long offset, byte[] key, byte[] message) =>
        new(0, offset, 1_770_000_000_000 + offset, key, [], message);
}
