using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Sequencing;

/// <summary>Both clocks of the node at one instant. Safe from any thread.</summary>
internal interface INodeClock
{
    EventTime Now();
}

/// <summary>The machine's own clocks: CLOCK_BOOTTIME and the wall.</summary>
internal sealed class NodeClock(TimeProvider time) : INodeClock
{
    public EventTime Now() =>
        new(LinuxCalls.BootTimeNs(), (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>This run of the kernel, proc(5).</summary>
    public static BootId Boot() => new(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());
}
