using Pipeline.Detection.AbnormalStartup;
using Pipeline.Detection.FileEscape;
using Pipeline.Detection.SensitiveFileAccess;

namespace Pipeline.Detection;

/// <summary>Everything that can be set about detection, one part for each alarm type. The defaults are sensible without any file.</summary>
public sealed record DetectionPolicy
{
    public static DetectionPolicy Default { get; } = new();

    public StartupPolicy AbnormalStartup { get; init; } = StartupPolicy.Default;

    public FileEscapePolicy FileEscape { get; init; } = FileEscapePolicy.Default;

    public SensitiveFilePolicy SensitiveFileAccess { get; init; } = SensitiveFilePolicy.Default;
}
