using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Replay.Sources;

/// <summary>
/// A partition at the border between two segments: what a replay of everything before it came to. It is a memo, never a source: it holds
/// for the one chain of manifests and the one set of detectors that it names, and without it the same is found by reading from the
/// beginning.
/// </summary>
/// <param name="Manifest">SHA-256 of the manifest of the segment before, and so of all before it.</param>
/// <param name="Kernel">By <see cref="PartitionKernel.Save"/>.</param>
/// <param name="Sequences">Numbers seen so far.</param>
/// <param name="Alarms">Where the newest alarms raised so far were.</param>
public sealed record SavedState(
    long Offset, string Manifest, byte[] Kernel, ImmutableDictionary<NodeBoot, ImmutableArray<SequenceRange>> Sequences,
        ImmutableArray<AlarmPlace> Alarms)
{
    private const int Version = 1, Most = 1 << 24, DigestBytes = 32;

    /// <summary>Every name begins so: no topic can.</summary>
    public const string Folder = "~states";

    /// <summary>What makes states comparable: the policy, the detectors' versions and enrichment's.</summary>
    public static string KeyOf(PolicySpan policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        string detectors = string.Join(',', policy.Detectors.Select(d => $"{d.Spec.Name}:{d.Spec.Version}"));
        return DeterministicId.From(policy.Key, detectors, Enrichment.StateVersion.ToString(CultureInfo.InvariantCulture)).ToString("N");
    }

    public static string NameOf(string topic, int partition, string key, long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{Folder}/{ArchiveNames.Folder(topic, partition)}/{key}-{offset:D19}");

    /// <summary>The newest one at or before an offset; null when there is none.</summary>
    public static async Task<SavedState?> FindAsync(
        IArchiveStore store, PartitionIndex index, string key, long atOrBefore, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(index);
        string prefix = $"{Folder}/{ArchiveNames.Folder(index.Topic, index.Partition)}/{key}-";
        foreach (string name in (await store.ListAsync(prefix, cancellation)).Reverse())
        {
            if (!long.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
                || offset > atOrBefore) continue;
            SavedState? state = Read(offset, await ArchiveIndex.ReadDocumentAsync(store, name, cancellation));
            if (state is not null && state.Manifest == ManifestBefore(index, offset)) return state;
        }

        return null;
    }

    public byte[] Write()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Version);
        writer.Write(Manifest);
        writer.Write(Sequences.Count);
        foreach ((NodeBoot node, ImmutableArray<SequenceRange> ranges) in Sequences)
        {
            writer.Write(node.Node.Value);
            writer.Write(node.Boot.Value);
            writer.Write(ranges.Length);
            foreach (SequenceRange range in ranges)
            {
                writer.Write(range.First);
                writer.Write(range.Last);
            }
        }

        writer.Write(Alarms.Length);
        foreach (AlarmPlace place in Alarms) place.Write(writer);
        writer.Write(Kernel.Length);
        writer.Write(Kernel);
        writer.Flush();
        return [.. bytes.ToArray(), .. SHA256.HashData(bytes.ToArray())];
    }

    /// <summary>Null when the bytes are damaged or of another version.</summary>
    private static SavedState? Read(long offset, byte[] file)
    {
        int length = file.Length - DigestBytes;
        if (length < sizeof(int) || !SHA256.HashData(file.AsSpan(0, length)).AsSpan().SequenceEqual(file.AsSpan(length))) return null;
        using var reader = new BinaryReader(new MemoryStream(file, 0, length), Encoding.UTF8);
        if (reader.ReadInt32() != Version) return null;
        string manifest = reader.ReadString();
        var sequences = ImmutableDictionary.CreateBuilder<NodeBoot, ImmutableArray<SequenceRange>>();
        for (int left = reader.ReadCount(Most); left > 0; left--)
        {
            var node = new NodeBoot(new NodeId(reader.ReadString()), new BootId(reader.ReadString()));
            var ranges = new SequenceRange[reader.ReadCount(Most)];
            for (int i = 0; i < ranges.Length; i++) ranges[i] = new SequenceRange(reader.ReadInt64(), reader.ReadInt64());
            sequences.Add(node, [.. ranges]);
        }

        var alarms = new AlarmPlace[reader.ReadCount(Most)];
        for (int i = 0; i < alarms.Length; i++) alarms[i] = AlarmPlace.Read(reader);
        return new SavedState(offset, manifest, reader.ReadBytes(reader.ReadCount(length)), sequences.ToImmutable(), [.. alarms]);
    }

    private static string? ManifestBefore(PartitionIndex index, long offset) =>
        index.Segments.FirstOrDefault(s => s.Manifest.NextOffset == offset)?.ManifestSha256
        ?? index.Stubs.FirstOrDefault(s => s.NextOffset == offset)?.Manifest;
}

/// <summary>Where an alarm is: what filters ask of its later events, which do not say it.</summary>
public sealed record AlarmPlace(Guid Alarm, string Container, string Image)
{
    public static AlarmPlace Of(Guid alarm, AlarmSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new AlarmPlace(alarm, source.ContainerId, source.Image);
    }

    internal void Write(BinaryWriter writer)
    {
        writer.WriteId(Alarm);
        writer.Write(Container);
        writer.Write(Image);
    }

    internal static AlarmPlace Read(BinaryReader reader) => new(reader.ReadId(), reader.ReadString(), reader.ReadString());
}
