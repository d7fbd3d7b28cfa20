using System.Collections.Immutable;
using Pipeline.Domain.Kernel;

namespace Pipeline.Replay;

/// <summary>Under which policy a place of the log is replayed. Thread-safe.</summary>
public interface IReplayPolicy
{
    /// <summary>The detectors in force at an offset, and how far.</summary>
    /// <exception cref="ReplayException">It is not known.</exception>
    PolicySpan At(int partition, long offset);
}

/// <summary>Detectors under one policy.</summary>
/// <param name="Until">First offset at which another policy may be in force; <see cref="long.MaxValue"/> for never.</param>
/// <param name="Key">Equal for equal policies; empty where that cannot be told, and saved states are not used.</param>
/// <param name="JoinsNodes">Whether what happens on one node changes what is said of another: then no node is left out.</param>
public sealed record PolicySpan(ImmutableArray<DetectorFactory> Detectors, long Until, string Key, bool JoinsNodes);

/// <summary>One policy for all of the log.</summary>
public sealed class FixedPolicy(ImmutableArray<DetectorFactory> detectors, string key, bool joinsNodes) : IReplayPolicy
{
    private readonly PolicySpan _span = new(detectors, long.MaxValue, key, joinsNodes);

    public PolicySpan At(int partition, long offset) => _span;
}
