namespace Agents.NodeAgent.Sequencing;

/// <summary>
/// When a process started, as every source of the agent says it. The kernel knows nanoseconds, /proc shows clock ticks (proc_pid_stat(5),
/// field 22: hundredths of a second on Linux), rounded down: so must whoever saw the nanoseconds, or the same process would be two.
/// </summary>
internal static class StartInstant
{
    private const long NanosecondsPerTick = 10_000_000;

    public static long Of(long bootNs) => bootNs - bootNs % NanosecondsPerTick;
}
