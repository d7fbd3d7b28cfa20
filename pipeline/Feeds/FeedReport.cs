using System.Collections.Immutable;
using System.Globalization;

namespace Pipeline.Feeds;

/// <summary>Something in a feed that could not be used. For people as "file:line: reason"; line 0 stands for the file as a whole.</summary>
public sealed record FeedFault(string File, int Line, string Reason)
{
    public override string ToString() => Line == 0
        ? $"{File}: {Reason}"
        : string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}: {Reason}");
}

/// <summary>What became of one feed.</summary>
/// <param name="Taken">Digests that went into the set, repeated ones included.</param>
/// <param name="Ignored">Entries that say themselves that they do not count: revoked, or not meant for detection.</param>
/// <param name="Bad">Entries that could not be used; of these the first <see cref="MostFaults"/> are in <paramref name="Faults"/>.</param>
/// <param name="Refused">Digests for which the set had no room.</param>
public sealed record FeedReport(string File, long Taken, long Ignored, long Bad, long Refused, ImmutableArray<FeedFault> Faults)
{
    /// <summary>A file that is no feed at all has as many faults as lines: the first tell why.</summary>
    public const int MostFaults = 20;
}
