using System.Collections.Immutable;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Domain.Alarms;

namespace Pipeline.Feeds;

/// <summary>Where the entries of one feed go, and the account of them.</summary>
internal sealed class FeedTarget(FingerprintFeed feed, FingerprintSetBuilder builder)
{
    /// <summary>Of a family's name so much is kept.</summary>
    private const int LongestFamily = 64;

    private readonly ImmutableArray<FeedFault>.Builder _faults = ImmutableArray.CreateBuilder<FeedFault>();
    private long _taken, _ignored, _bad, _refused;

    public void Take(in Sha256Digest digest, string family = "", Severity? severity = null, DateTimeOffset? expires = null)
    {
        string kept = family.Length <= LongestFamily ? family : family[..LongestFamily];
        var fingerprint = new Fingerprint(digest, kept, severity ?? feed.Severity, feed.Source, expires?.ToUnixTimeSeconds() ?? 0);
        if (builder.TryAdd(fingerprint)) _taken++;
        else _refused++;
    }

    public void Ignore() => _ignored++;

    public void Fault(int line, string reason)
    {
        _bad++;
        if (_faults.Count < FeedReport.MostFaults) _faults.Add(new FeedFault(feed.Path, line, reason));
    }

    public FeedReport Report() => new(feed.Path, _taken, _ignored, _bad, _refused, _faults.ToImmutable());
}
