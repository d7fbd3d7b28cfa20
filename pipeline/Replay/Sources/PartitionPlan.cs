using System.Collections.Immutable;
using Pipeline.Archive.Manifests;

namespace Pipeline.Replay.Sources;

/// <summary>What is known at the first record that is read.</summary>
public enum StartState
{
    /// <summary>The log begins there: there is nothing to know.</summary>
    Beginning,

    /// <summary>State that a replay of everything before it has saved.</summary>
    Saved,

    /// <summary>Nothing, though there was a log before: what depends on it is not known.</summary>
    Unknown,
}

/// <summary>What is to be read of one partition, in order.</summary>
/// <param name="Nodes">The only nodes whose records matter; empty for all.</param>
/// <param name="Segments">Sealed segments.</param>
/// <param name="Tail">Records of the live log after them; null for none.</param>
/// <param name="Missing">What is not there that should be.</param>
public sealed record PartitionPlan(
    int Partition, StartState Start, SavedState? State, ImmutableHashSet<string> Nodes, ImmutableArray<SealedSegment> Segments,
        OffsetRange? Tail,
    ImmutableArray<string> Missing)
{
    /// <summary>Records to be read, for progress.</summary>
    public long Records => Segments.Sum(s => s.Manifest.Records) + (Tail is { } tail ? tail.End - tail.From : 0);
}

/// <summary>Offsets from <paramref name="From"/> up to before <paramref name="End"/>.</summary>
public readonly record struct OffsetRange(long From, long End);
