using Pipeline.Detection.AbnormalProcess;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Detection.VulnerabilityEscape;

namespace Pipeline.Detection;

/// <summary>Everything that can be set about detection, one part for each alarm type. The defaults are sensible without any file.</summary>
public sealed record DetectionPolicy
{
    public static DetectionPolicy Default { get; } = new();

    public StartupPolicy AbnormalStartup { get; init; } = StartupPolicy.Default;

    public MaliciousProgramPolicy MaliciousProgram { get; init; } = MaliciousProgramPolicy.Default;

    public AbnormalProcessPolicy AbnormalProcess { get; init; } = AbnormalProcessPolicy.Default;

    public EscapePolicy VulnerabilityEscape { get; init; } = EscapePolicy.Default;
}
