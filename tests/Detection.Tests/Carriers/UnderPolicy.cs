using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Pipeline.Detection;
using Pipeline.Detection.Fingerprints;
using Pipeline.Domain.Kernel;

namespace Detection.Tests.Carriers;

/// <summary>
/// Detectors under a policy of the test's own. It is remembered with them, since a pipeline process that is to run the same script has to
/// be given it as a file.
/// </summary>
internal sealed record UnderPolicy(DetectionPolicy Policy, ImmutableArray<Fingerprint> Fingerprints)
{
    private static readonly ConditionalWeakTable<DetectorFactory, UnderPolicy> Made = [];

    private static readonly UnderPolicy BuiltIn = new(DetectionPolicy.Default, []);

    /// <summary>One detector of the catalogue alone.</summary>
    public static ImmutableArray<DetectorFactory> Alone(
        DetectorSpec detector, DetectionPolicy policy, params ImmutableArray<Fingerprint> fingerprints) =>
        [.. Whole(policy, fingerprints).Where(factory => factory.Spec.Name == detector.Name)];

    /// <summary>The whole catalogue.</summary>
    public static ImmutableArray<DetectorFactory> Whole(DetectionPolicy policy, params ImmutableArray<Fingerprint> fingerprints)
    {
        var set = new FingerprintSetBuilder();
        foreach (Fingerprint fingerprint in fingerprints) set.TryAdd(fingerprint).ShouldBeTrue();
        ImmutableArray<DetectorFactory> detectors = Catalog.Under(policy, set.Build());
        foreach (DetectorFactory detector in detectors) Made.Add(detector, new UnderPolicy(policy, fingerprints));
        return detectors;
    }

    /// <exception cref="ArgumentException">They were made by hand.</exception>
    public static UnderPolicy Of(DetectorFactory detector)
    {
        if (Made.TryGetValue(detector, out UnderPolicy? under)) return under;
        return Catalog.Detectors.Any(known => ReferenceEquals(known, detector))
            ? BuiltIn
            : throw new ArgumentException($"Nobody knows the policy of this {detector.Spec.Name}: make it by {nameof(UnderPolicy)}",
                nameof(detector));
    }
}
