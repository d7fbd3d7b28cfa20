using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Archive.Stores;

namespace Pipeline.Archive.Manifests;

/// <summary>A sealed segment together with the hash of its manifest.</summary>
public sealed record SealedSegment(SegmentManifest Manifest, string ManifestSha256);

/// <summary>What an archive says that it holds of one partition: its manifests, and stubs of what was given up, in the order of the
/// log.</summary>
public sealed record PartitionIndex(string Topic, int Partition, ImmutableArray<SegmentStub> Stubs, ImmutableArray<SealedSegment> Segments)
{
    /// <summary>The offset after the last archived record; null when nothing was ever archived.</summary>
    public long? NextOffset => Segments.IsEmpty ? Stubs.IsEmpty ? null : Stubs[^1].NextOffset : Segments[^1].Manifest.NextOffset;

    /// <summary>What the next manifest is chained to.</summary>
    public string LastManifest => Segments.IsEmpty ? Stubs.IsEmpty ? "" : Stubs[^1].Manifest : Segments[^1].ManifestSha256;
}

/// <summary>Reads manifests.</summary>
public static class ArchiveIndex
{
    /// <summary>Every partition of a topic that the archive knows, ascending.</summary>
    /// <exception cref="ArchiveException">A manifest cannot be read.</exception>
    public static async Task<ImmutableArray<PartitionIndex>> ReadAsync(IArchiveStore store, string topic, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ImmutableArray<string> names = await store.ListAsync($"{topic}/", cancellation);
        var partitions = names.Where(name => ArchiveNames.IsManifest(name) || ArchiveNames.IsStub(name))
            .Select(ArchiveNames.PlaceOf).OfType<(string Topic, int Partition)>()
            .Where(place => place.Topic == topic).Select(place => place.Partition).Distinct().Order();
        var read = ImmutableArray.CreateBuilder<PartitionIndex>();
        foreach (int partition in partitions) read.Add(await ReadAsync(store, topic, partition, names, cancellation));
        return read.ToImmutable();
    }

    public static async Task<PartitionIndex> ReadAsync(IArchiveStore store, string topic, int partition, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        string folder = ArchiveNames.Folder(topic, partition) + "/";
        return await ReadAsync(store, topic, partition, await store.ListAsync(folder, cancellation), cancellation);
    }

    /// <summary>The bytes of a small document.</summary>
    public static async Task<byte[]> ReadDocumentAsync(IArchiveStore store, string name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        await using Stream stream = await store.OpenAsync(name, 0, cancellation);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellation);
        return bytes.ToArray();
    }

    private static async Task<PartitionIndex> ReadAsync(
        IArchiveStore store, string topic, int partition, ImmutableArray<string> names, CancellationToken cancellation)
    {
        string folder = ArchiveNames.Folder(topic, partition) + "/";
        var stubs = ImmutableArray.CreateBuilder<SegmentStub>();
        var segments = ImmutableArray.CreateBuilder<SealedSegment>();
        foreach (string name in names.Where(name => name.StartsWith(folder, StringComparison.Ordinal)))
        {
            if (ArchiveNames.IsStub(name)) stubs.Add(Stub(name, await ReadDocumentAsync(store, name, cancellation)));
            if (!ArchiveNames.IsManifest(name)) continue;
            byte[] json = await ReadDocumentAsync(store, name, cancellation);
            segments.Add(new SealedSegment(SegmentManifest.Read(name, json), Convert.ToHexStringLower(SHA256.HashData(json))));
        }

        // A stub is written before its segment goes: where both are there the giving up was interrupted.
        long given = stubs.Count > 0 ? stubs[^1].NextOffset : -1;
        return new PartitionIndex(topic, partition, stubs.ToImmutable(), [.. segments.Where(s => s.Manifest.FirstOffset >= given)]);
    }

    private static SegmentStub Stub(string name, byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ManifestJson.Default.SegmentStub)
                ?? throw new ArchiveException($"stub {name} is empty");
        }
        catch (JsonException e)
        {
            throw new ArchiveException($"stub {name} is broken: {e.Message}", e);
        }
    }
}
