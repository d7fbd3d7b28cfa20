using System.Collections.Immutable;
using Pipeline.Detection.AbnormalProcess;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Detection.FileEscape;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.HighRiskSystemCall;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Detection.Rules;
using Pipeline.Detection.SensitiveFileAccess;
using Pipeline.Detection.VulnerabilityEscape;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection;

/// <summary>Every alarm type there is: one detector each. What is not listed here does not run.</summary>
public static class Catalog
{
    /// <summary>The detectors under the built-in policy.</summary>
    public static ImmutableArray<DetectorFactory> Detectors { get; } = Under(DetectionPolicy.Default);

    /// <summary>Every rule of every detector, in the order of the detectors and of their ids.</summary>
    public static ImmutableArray<RuleFacts> Rules { get; } =
    [
        .. Of(AbnormalStartupDetector.Description, StartupFacts.All),
        .. Of(MaliciousProgramDetector.Description, ProgramFacts.All),
        .. Of(AbnormalProcessDetector.Description, AbnormalProcessFacts.All),
        .. Of(VulnerabilityEscapeDetector.Description, EscapeFacts.All),
        .. Of(HighRiskSystemCallDetector.Description, SystemCallFacts.All),
        .. Of(FileEscapeDetector.Description, FileEscapeFacts.All),
        .. Of(SensitiveFileAccessDetector.Description, SensitiveFileFacts.All),
    ];

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
            new(FileEscapeDetector.Description, () => new FileEscapeDetector(policy.FileEscape)),
            new(SensitiveFileAccessDetector.Description, () => new SensitiveFileAccessDetector(policy.SensitiveFileAccess)),
        ];
        var stamp = new PolicyStamp(policy.Id, policy.Version);
        return [.. detectors.Select(detector => detector with { Policy = stamp })];
    }

    private static IEnumerable<RuleFacts> Of(DetectorSpec detector, ImmutableArray<RuleFacts> rules) =>
        rules.Select(rule => rule with { Detector = detector });
}
