using System.Collections.Immutable;
using System.Text.Json;
using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;

namespace Pipeline.Archive;

/// <summary>Gives up the oldest sealed segments, whole ones, and leaves a stub of each so that the chain can still be verified.</summary>
public static class ArchiveRetention
{
    /// <param name="keepFrom">Segments whose newest event is older are given up; null for no bound by age.</param>
    /// <param name="keepBytes">Bytes that the files of the topic may have together; null for no bound.</param>
    /// <returns>What was given up, oldest first.</returns>
    public static async Task<ImmutableArray<SegmentStub>> PruneAsync(
        IArchiveStore store, string topic, DateTimeOffset? keepFrom, long? keepBytes, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ImmutableArray<PartitionIndex> partitions = await ArchiveIndex.ReadAsync(store, topic, cancellation);
        await FinishAsync(store, topic, partitions, cancellation);
        long bytes = partitions.Sum(p => p.Segments.Sum(s => s.Manifest.Bytes));
        long? fromNs = keepFrom is { } from ? (from - DateTimeOffset.UnixEpoch).Ticks * 100 : null;
        var given = ImmutableArray.CreateBuilder<SegmentStub>();

        // Of each partition only the oldest may go, and the newest stays: the position of the archive is in it.
        var oldest = partitions.ToDictionary(p => p.Partition, _ => 0);
        while (true)
        {
            PartitionIndex? next = partitions.Where(p => oldest[p.Partition] < p.Segments.Length - 1)
                .MinBy(p => p.Segments[oldest[p.Partition]].Manifest.ToNs);
            if (next is null) break;
            SealedSegment segment = next.Segments[oldest[next.Partition]];
            if (!(segment.Manifest.ToNs < fromNs) && !(bytes > keepBytes)) break;
            given.Add(await GiveUpAsync(store, segment, cancellation));
            bytes -= segment.Manifest.Bytes;
            oldest[next.Partition]++;
        }

        return given.ToImmutable();
    }

    private static async Task<SegmentStub> GiveUpAsync(IArchiveStore store, SealedSegment segment, CancellationToken cancellation)
    {
        SegmentManifest manifest = segment.Manifest;
        var stub = new SegmentStub(
            manifest.Topic, manifest.Partition, manifest.FirstOffset, manifest.NextOffset, manifest.FromNs, manifest.ToNs, manifest.Bytes,
            manifest.Sha256, segment.ManifestSha256, manifest.Previous);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(stub, ManifestJson.Default.SegmentStub);
        await store.TryCreateAsync(ArchiveNames.Stub(stub.Topic, stub.Partition, stub.FirstOffset), json, cancellation);
        await store.DeleteAsync(ArchiveNames.Manifest(stub.Topic, stub.Partition, stub.FirstOffset), cancellation);
        await store.DeleteAsync(manifest.Path, cancellation);
        return stub;
    }

    /// <summary>What an interrupted giving up has left: manifests and files below the last stub.</summary>
    private static async Task FinishAsync(
        IArchiveStore store, string topic, ImmutableArray<PartitionIndex> partitions, CancellationToken cancellation)
    {
        foreach (PartitionIndex index in partitions.Where(p => !p.Stubs.IsEmpty))
        {
            string folder = ArchiveNames.Folder(topic, index.Partition) + "/";
            string border = ArchiveNames.Manifest(topic, index.Partition, index.Stubs[^1].NextOffset)[..^".json".Length];
            foreach (string name in await store.ListAsync(folder, cancellation))
            {
                if (!ArchiveNames.IsStub(name) && string.CompareOrdinal(name, border) < 0) await store.DeleteAsync(name, cancellation);
            }
        }
    }
}
