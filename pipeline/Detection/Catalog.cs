using System.Collections.Immutable;
using Pipeline.Detection.AbnormalProcess;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.HighRiskSystemCall;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Detection.VulnerabilityEscape;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection;

/// <summary>Every alarm type there is: one detector each. What is not listed here does not run.</summary>
public static class Catalog
{
    /// <summary>The detectors under the built-in policy.</summary>
    public static ImmutableArray<DetectorFactory> Detectors { get; } = Under(DetectionPolicy.Default);

    /// <param name="fingerprints">Digests of known malware; null for none.</param>
    public static ImmutableArray<DetectorFactory> Under(DetectionPolicy policy, FingerprintSet? fingerprints = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ImmutableArray<DetectorFactory> detectors =
        [
            new(AbnormalStartupDetector.Description, () => new AbnormalStartupDetector(policy.AbnormalStartup)),
            new(MaliciousProgramDetector.Description,
                () => new MaliciousProgramDetector(policy.MaliciousProgram, fingerprints ?? FingerprintSet.Empty)),
            new(AbnormalProcessDetector.Description, () => new AbnormalProcessDetector(policy.AbnormalProcess)),
            new(VulnerabilityEscapeDetector.Description, () => new VulnerabilityEscapeDetector(policy.VulnerabilityEscape)),
            new(HighRiskSystemCallDetector.Description, () => new HighRiskSystemCallDetector(policy.HighRiskSystemCall)),
        ];
        var stamp = new PolicyStamp(policy.Id, policy.Version);
        return [.. detectors.Select(detector => detector with { Policy = stamp })];
    }
}
