using System.Collections.Immutable;
using Detection.Tests.Carriers;
using Pipeline.Detection;
using Pipeline.Detection.HighRiskSystemCall;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Detection.Tests.HighRiskSystemCall;

/// <summary>Scripts of system calls by name.</summary>
internal static class CallScript
{
    public static ImmutableArray<DetectorFactory> Alone { get; } =
        [.. Catalog.Detectors.Where(d => d.Spec.Name == HighRiskSystemCallDetector.Description.Name)];

    public static ImmutableArray<DetectorFactory> Under(SystemCallPolicy policy) =>
        UnderPolicy.Alone(HighRiskSystemCallDetector.Description, new DetectionPolicy { HighRiskSystemCall = policy });

    /// <summary>A plain container "web" with a running program, which does what comes next.</summary>
    public static Script InContainer(ScriptedTask? task = null) => Script.OnNode("n1")
        .Created("c1", Some.PlainSpec("web")).Started("c1", 10).By((task ?? new ScriptedTask()) with { Container = "c1" });

    public static Script Calls(this Script script, string name, long result, params long[] arguments) =>
        script.Call(Number(name), result, arguments);

    public static Script Calls(
        this Script script, string name, long result, long[] arguments, Func<EventBatch, SyscallRecord, SyscallRecord> details) =>
        script.Call(Number(name), result, arguments, details);

    public static int Number(string name, NodeArchitecture architecture = NodeArchitecture.X64) =>
        SyscallNames.TryNumber(name, architecture, out int number) ? number : throw new ArgumentException($"{name} is no call",
            nameof(name));
}
