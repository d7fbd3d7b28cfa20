using Agents.NodeAgent.Sequencing;
using Pipeline.Domain.Identity;

namespace NodeAgent.Tests;

/// <summary>A node's clocks that stand still until a test moves them.</summary>
internal sealed class ManualClock : INodeClock
{
    /// <summary>An hour after boot.</summary>
    public long BootNs { get; set; } = 3_600 * EventTime.NanosecondsPerSecond;

    public EventTime Now() => new(BootNs, 1_800_000_000 * EventTime.NanosecondsPerSecond + BootNs);
}
