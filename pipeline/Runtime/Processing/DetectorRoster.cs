using System.Collections.Immutable;
using Pipeline.Domain.Kernel;

namespace Pipeline.Runtime.Processing;

/// <summary>A detector and the type of the actor that runs it.</summary>
internal sealed record DetectorPost(DetectorFactory Detector, Type Actor);

/// <summary>
/// The detectors that every partition runs. Each has an actor type of its own, so that it can be told apart in logs, metrics and traces.
/// </summary>
internal sealed record DetectorRoster(ImmutableArray<DetectorPost> Posts)
{
    /// <summary>Every detector of the catalogue with its actor.</summary>
    /// <exception cref="InvalidOperationException">A detector has no line among the actors.</exception>
    public static DetectorRoster Of(IEnumerable<DetectorFactory> catalog) =>
        new([.. catalog.Select(d => new DetectorPost(d, ActorOf(d.Spec.Name)))]);

    private static Type ActorOf(string detector) =>
        Actors.ByDetector.TryGetValue(detector, out Type? actor)
            ? actor
            : throw new InvalidOperationException($"The detector {detector} has no actor type in {nameof(Actors)}");
}
