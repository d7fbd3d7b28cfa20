using System.Collections.Immutable;

namespace Pipeline.Detection.Fingerprints;

/// <summary>
/// Collects fingerprints and makes a set of them. A digest that several feeds name is kept once: the graver entry, of equals the one that
/// lasts longer, then the first. Not thread-safe; of no more use after <see cref="Build"/>.
/// </summary>
public sealed class FingerprintSetBuilder(int most = FingerprintSetBuilder.MostEntries)
{
    /// <summary>
    /// The larger public collections hold a few million; 16 million take 640 MB in the set and as much again while it is built.
    /// </summary>
    public const int MostEntries = 16_000_000;

    /// <summary>Different names of families; entries of any further ones are kept without a name.</summary>
    public const int MostFamilies = ushort.MaxValue;

    /// <summary>Different feeds; an entry of any further one is kept without its feed.</summary>
    public const int MostSources = byte.MaxValue;

    private const int ChunkLength = 1 << 16;

    private readonly List<FingerprintEntry[]> _chunks = [];
    private readonly Dictionary<string, int> _families = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly Dictionary<string, int> _sources = new(StringComparer.Ordinal) { [""] = 0 };

    /// <summary>Entries taken so far, repeated digests included.</summary>
    public int Count { get; private set; }

    /// <returns>False when the builder is full; the entry is then not taken.</returns>
    public bool TryAdd(in Fingerprint fingerprint)
    {
        if (Count == most) return false;
        if (Count % ChunkLength == 0) _chunks.Add(new FingerprintEntry[ChunkLength]);
        _chunks[^1][Count % ChunkLength] = new FingerprintEntry(
            fingerprint.Digest,
            (uint)Math.Clamp(fingerprint.ExpiresUnixSeconds, 0, uint.MaxValue),
            (ushort)IndexOf(_families, fingerprint.Family, MostFamilies),
            (byte)IndexOf(_sources, fingerprint.Source, MostSources),
            (byte)fingerprint.Severity);
        Count++;
        return true;
    }

    public FingerprintSet Build()
    {
        var entries = new FingerprintEntry[Count];
        for (int i = 0; i < _chunks.Count; i++)
        {
            int first = i * ChunkLength;
            _chunks[i].AsSpan(0, Math.Min(ChunkLength, Count - first)).CopyTo(entries.AsSpan(first));
        }

        _chunks.Clear();
        Array.Sort(entries, Order);
        int kept = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            if (kept == 0 || entries[kept - 1].Digest != entries[i].Digest) entries[kept++] = entries[i];
        }

        if (kept < entries.Length) Array.Resize(ref entries, kept);
        return new FingerprintSet(entries, Names(_families), Names(_sources));
    }

    /// <summary>By digest; of one digest the entry that is to stay first. Complete, since the sort is not stable.</summary>
    private static int Order(FingerprintEntry x, FingerprintEntry y)
    {
        int order = x.Digest.CompareTo(y.Digest);
        if (order == 0) order = y.Severity.CompareTo(x.Severity);
        if (order == 0) order = Lasting(y).CompareTo(Lasting(x));
        if (order == 0) order = x.Source.CompareTo(y.Source);
        return order == 0 ? x.Family.CompareTo(y.Family) : order;
    }

    private static uint Lasting(FingerprintEntry entry) => entry.ExpiresUnixSeconds == 0 ? uint.MaxValue : entry.ExpiresUnixSeconds;

    private static int IndexOf(Dictionary<string, int> names, string name, int most)
    {
        if (names.TryGetValue(name, out int index)) return index;
        if (names.Count > most) return 0;
        names.Add(name, names.Count);
        return names.Count - 1;
    }

    private static ImmutableArray<string> Names(Dictionary<string, int> names) =>
        [.. names.OrderBy(pair => pair.Value).Select(pair => pair.Key)];
}
