using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.Detection.Fingerprints;

/// <summary>
/// Digests of known malware: one sorted array of 40 bytes an entry and an index of 256 KB over the first 16 bits, so that ten million of
/// them take 400 MB and a look-up a few steps. Immutable once built, so that any number of threads may read it. Whether an entry has
/// expired is asked with an instant of event time: the same log gives the same alarms whenever it is read.
/// </summary>
public sealed class FingerprintSet
{
    public static FingerprintSet Empty { get; } = new([], [""], [""]);

    private const int Prefixes = 1 << 16;

    private readonly FingerprintEntry[] _sorted;
    private readonly int[] _firstOfPrefix = new int[Prefixes + 1];
    private readonly ImmutableArray<string> _families;
    private readonly ImmutableArray<string> _sources;

    /// <param name="sorted">By digest, each digest once.</param>
    internal FingerprintSet(FingerprintEntry[] sorted, ImmutableArray<string> families, ImmutableArray<string> sources)
    {
        _sorted = sorted;
        _families = families;
        _sources = sources;
        int next = 0;
        for (int prefix = 0; prefix < Prefixes; prefix++)
        {
            _firstOfPrefix[prefix] = next;
            while (next < sorted.Length && PrefixOf(sorted[next].Digest) == prefix) next++;
        }

        _firstOfPrefix[Prefixes] = sorted.Length;
    }

    public int Count => _sorted.Length;

    /// <param name="atUnixSeconds">Event time, seconds since 1970.</param>
    /// <returns>False when the digest is not listed, or no longer.</returns>
    public bool TryFind(in Sha256Digest digest, long atUnixSeconds, out Fingerprint found)
    {
        int prefix = PrefixOf(digest);
        int low = _firstOfPrefix[prefix];
        int high = _firstOfPrefix[prefix + 1] - 1;
        while (low <= high)
        {
            int middle = low + (high - low) / 2;
            ref readonly FingerprintEntry entry = ref _sorted[middle];
            int order = entry.Digest.CompareTo(digest);
            if (order == 0)
            {
                found = new Fingerprint(
                    digest, _families[entry.Family], (Severity)entry.Severity, _sources[entry.Source], entry.ExpiresUnixSeconds);
                return entry.ExpiresUnixSeconds == 0 || atUnixSeconds < entry.ExpiresUnixSeconds;
            }

            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        found = default;
        return false;
    }

    private static int PrefixOf(in Sha256Digest digest) => (int)(digest.A >> 48);
}

/// <summary>40 bytes. <paramref name="ExpiresUnixSeconds"/> reaches to the year 2106.</summary>
internal readonly record struct FingerprintEntry(Sha256Digest Digest, uint ExpiresUnixSeconds, ushort Family, byte Source, byte Severity);
