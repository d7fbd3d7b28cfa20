using System.Collections.Immutable;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Detection.FileEscape;
using Pipeline.Detection.SensitiveFileAccess;
using Pipeline.Runtime.Processing;

namespace Pipeline.Runtime;

/// <summary>The actor type of each alarm type; adding an alarm adds a line to both lists.</summary>
internal static class Actors
{
    public static ImmutableDictionary<string, Type> ByDetector { get; } = new Dictionary<string, Type>
    {
        [AbnormalStartupDetector.Description.Name] = typeof(AbnormalStartupActor),
        [FileEscapeDetector.Description.Name] = typeof(FileEscapeActor),
        [SensitiveFileAccessDetector.Description.Name] = typeof(SensitiveFileAccessActor),
    }.ToImmutableDictionary();
}

internal sealed class AbnormalStartupActor(DetectorSeat seat) : DetectorActor(seat);

internal sealed class FileEscapeActor(DetectorSeat seat) : DetectorActor(seat);

internal sealed class SensitiveFileAccessActor(DetectorSeat seat) : DetectorActor(seat);
