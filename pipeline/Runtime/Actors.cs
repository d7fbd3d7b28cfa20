using System.Collections.Immutable;
using Pipeline.Detection.AbnormalProcess;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Detection.HighRiskSystemCall;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Detection.VulnerabilityEscape;
using Pipeline.Runtime.Processing;

namespace Pipeline.Runtime;

/// <summary>The actor type of each alarm type; adding an alarm adds a line to both lists.</summary>
internal static class Actors
{
    public static ImmutableDictionary<string, Type> ByDetector { get; } = new Dictionary<string, Type>
    {
        [AbnormalStartupDetector.Description.Name] = typeof(AbnormalStartupActor),
        [MaliciousProgramDetector.Description.Name] = typeof(MaliciousProgramActor),
        [AbnormalProcessDetector.Description.Name] = typeof(AbnormalProcessActor),
        [VulnerabilityEscapeDetector.Description.Name] = typeof(VulnerabilityEscapeActor),
        [HighRiskSystemCallDetector.Description.Name] = typeof(HighRiskSystemCallActor),
    }.ToImmutableDictionary();
}

internal sealed class AbnormalStartupActor(DetectorSeat seat) : DetectorActor(seat);

internal sealed class MaliciousProgramActor(DetectorSeat seat) : DetectorActor(seat);

internal sealed class AbnormalProcessActor(DetectorSeat seat) : DetectorActor(seat);

internal sealed class VulnerabilityEscapeActor(DetectorSeat seat) : DetectorActor(seat);

internal sealed class HighRiskSystemCallActor(DetectorSeat seat) : DetectorActor(seat);
