using System.Collections.Immutable;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection;

/// <summary>Every alarm type there is: one detector each. What is not listed here does not run.</summary>
public static class Catalog
{
    public static ImmutableArray<DetectorFactory> Detectors { get; } =
    [
        new(AbnormalStartupDetector.Description, () => new AbnormalStartupDetector(StartupPolicy.Default)),
    ];
}
