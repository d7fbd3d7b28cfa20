using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Kernel;

namespace Testing.Scripts;

/// <summary>A script that has just run on the kernel, and what came of it.</summary>
public sealed record ScriptRun(Script Script, ImmutableArray<DetectorFactory> Detectors, ImmutableArray<AlarmEvent> Alarms);

/// <summary>
/// What else carries the scripts of a test assembly: each run on the kernel is handed on to every carrier, inside the test that made it, so
/// that no script has to be written or listed twice. Carriers are set up by an assembly fixture, before the first test. Thread-safe.
/// </summary>
public static class ScriptCarriers
{
    private static ImmutableArray<Action<ScriptRun>> _carriers = [];

    /// <param name="carrier">Called on the test's thread, by several tests at once; what it throws fails the test.</param>
    public static void Add(Action<ScriptRun> carrier) => ImmutableInterlocked.Update(ref _carriers, carriers => carriers.Add(carrier));

    internal static void Carry(ScriptRun run)
    {
        foreach (Action<ScriptRun> carrier in _carriers) carrier(run);
    }
}
