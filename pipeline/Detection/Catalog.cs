using System.Collections.Immutable;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Detection.FileEscape;
using Pipeline.Detection.SensitiveFileAccess;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection;

/// <summary>Every alarm type there is: one detector each. What is not listed here does not run.</summary>
public static class Catalog
{
    /// <summary>The detectors under the built-in policy.</summary>
    public static ImmutableArray<DetectorFactory> Detectors { get; } = Under(DetectionPolicy.Default);

    public static ImmutableArray<DetectorFactory> Under(DetectionPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return
        [
            new(AbnormalStartupDetector.Description, () => new AbnormalStartupDetector(policy.AbnormalStartup)),
            new(FileEscapeDetector.Description, () => new FileEscapeDetector(policy.FileEscape)),
            new(SensitiveFileAccessDetector.Description, () => new SensitiveFileAccessDetector(policy.SensitiveFileAccess)),
        ];
    }
}
