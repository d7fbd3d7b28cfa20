using System.ComponentModel.DataAnnotations;
using Pipeline.Detection.AbnormalProcess;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Detection.HighRiskSystemCall;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Detection.VulnerabilityEscape;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection;

/// <summary>Everything that can be set about detection, one part for each alarm type. The defaults are sensible without any file.</summary>
public sealed record DetectionPolicy
{
    public static DetectionPolicy Default { get; } = new();

    /// <summary>Name of this policy; alarms carry it.</summary>
    [StringLength(64, MinimumLength = 1)]
    public string Id { get; init; } = PolicyStamp.BuiltIn.Id;

    /// <summary>Version of this policy, counted up with each change; alarms carry it.</summary>
    [Range(1, int.MaxValue)]
    public int Version { get; init; } = PolicyStamp.BuiltIn.Version;

    public StartupPolicy AbnormalStartup { get; init; } = StartupPolicy.Default;

    public MaliciousProgramPolicy MaliciousProgram { get; init; } = MaliciousProgramPolicy.Default;

    public AbnormalProcessPolicy AbnormalProcess { get; init; } = AbnormalProcessPolicy.Default;

    public EscapePolicy VulnerabilityEscape { get; init; } = EscapePolicy.Default;

    public SystemCallPolicy HighRiskSystemCall { get; init; } = SystemCallPolicy.Default;
}
