namespace Agents.NodeAgent.Kernel.Events;

/// <summary>What the agent adds to a record's task: texts that change rarely. Immutable, and shared by all events of the
/// process.</summary>
internal sealed record ProcessFacts(ReadOnlyMemory<byte> ExePath, ReadOnlyMemory<byte> ContainerId, ReadOnlyMemory<byte> CgroupPath)
{
    public static ProcessFacts None { get; } = new(default, default, default);
}
