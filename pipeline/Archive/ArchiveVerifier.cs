using System.Collections.Immutable;
using System.Security.Cryptography;
using Pipeline.Archive.Files;
using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;

namespace Pipeline.Archive;

/// <summary>What the verification of a partition found.</summary>
/// <param name="Fault">The first thing that is wrong, with the segment and the bytes; null when nothing is.</param>
/// <param name="Unreferenced">Files that no manifest names: what a crash left; they hold nothing that is archived.</param>
public sealed record VerifiedPartition(
    int Partition, int Segments, int Stubs, long Records, long Bytes, string? Fault, ImmutableArray<string> Unreferenced);

/// <summary>Holds an archive against its manifests, and these against each other.</summary>
public static class ArchiveVerifier
{
    /// <exception cref="ArchiveException">A manifest cannot be read at all.</exception>
    public static async Task<ImmutableArray<VerifiedPartition>> VerifyAsync(IArchiveStore store, string topic,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ImmutableArray<string> names = await store.ListAsync($"{topic}/", cancellation);
        var verified = ImmutableArray.CreateBuilder<VerifiedPartition>();
        foreach (PartitionIndex index in await ArchiveIndex.ReadAsync(store, topic, cancellation))
        {
            var named = index.Segments.Select(segment => segment.Manifest.Path).ToHashSet();
            string folder = ArchiveNames.Folder(topic, index.Partition) + "/";
            verified.Add(new VerifiedPartition(
                index.Partition, index.Segments.Length, index.Stubs.Length, index.Segments.Sum(s => s.Manifest.Records),
                index.Segments.Sum(s => s.Manifest.Bytes), ChainFault(index) ?? await FileFaultAsync(store, index, cancellation),
                [.. names.Where(name => name.StartsWith(folder, StringComparison.Ordinal) && ArchiveNames.IsFile(name)
                    && !named.Contains(name))]));
        }

        return verified.ToImmutable();
    }

    /// <summary>What is wrong with the chain of manifests; null when nothing is.</summary>
    public static string? ChainFault(PartitionIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        string previous = "";
        long next = 0;
        IEnumerable<(string Name, long First, long Next, string Previous, string Hash)> links =
            index.Stubs.Select(s =>
                (ArchiveNames.Stub(s.Topic, s.Partition, s.FirstOffset), s.FirstOffset, s.NextOffset, s.Previous, s.Manifest))
                .Concat(index.Segments.Select(s => (ArchiveNames.Manifest(s.Manifest.Topic, s.Manifest.Partition, s.Manifest.FirstOffset),
                    s.Manifest.FirstOffset, s.Manifest.NextOffset, s.Manifest.Previous, s.ManifestSha256)));
        foreach ((string name, long first, long after, string before, string hash) in links)
        {
            if (first != next) return $"{name} begins with offset {first}, and offsets {next}-{first - 1} are in no segment";
            if (before != previous)
                return $"{name} is chained to another manifest than the one before it: one of them was changed or replaced";
            (next, previous) = (after, hash);
        }

        return null;
    }

    private static async Task<string?> FileFaultAsync(IArchiveStore store, PartitionIndex index, CancellationToken cancellation)
    {
        foreach (SealedSegment segment in index.Segments)
        {
            if (await FaultOfAsync(store, segment.Manifest, cancellation) is { } fault) return $"segment {segment.Manifest.Path}: {fault}";
        }

        return null;
    }

    /// <summary>The first broken bytes of a segment; null when it is whole.</summary>
    public static async Task<string?> FaultOfAsync(IArchiveStore store, SegmentManifest segment, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(segment);
        Stream file;
        try
        {
            file = await store.OpenAsync(segment.Path, 0, cancellation);
        }
        catch (FileNotFoundException)
        {
            return $"the file is missing (offsets {segment.FirstOffset}-{segment.NextOffset - 1})";
        }

        await using (file)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long header = segment.Blocks.IsEmpty ? segment.Bytes : segment.Blocks[0].At;
            var parts = segment.Blocks.Select(block => (block.At, block.Length, Block: (BlockEntry?)block)).Prepend((0L, header, null));
            foreach ((long at, long length, BlockEntry? block) in parts)
            {
                var bytes = new byte[length];
                int read = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
                hash.AppendData(bytes, 0, read);
                if (read < length)
                    return $"the file ends at byte {at + read} of {segment.Bytes}: bytes {at + read}-{segment.Bytes - 1} are missing";
                if (block is { } entry && SegmentReader.FaultOf(bytes, entry, out _, out _) is { } fault)
                    return $"bytes {at}-{at + length - 1} are broken (from offset {entry.FirstOffset}): {fault}";
            }

            if (await file.ReadAsync(new byte[1], cancellation) > 0) return $"bytes follow after byte {segment.Bytes - 1}";
            return Convert.ToHexStringLower(hash.GetHashAndReset()) == segment.Sha256 ? null
                : $"bytes 0-{header - 1} (the header) or a sync marker are broken: the file's SHA-256 is another one";
        }
    }
}
