using System.Collections.Immutable;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>What became known of nodes and containers between two checkpoints of a partition. Immutable.</summary>
public sealed record InventoryChanges(
    ImmutableArray<NodeSighting> Nodes, ImmutableArray<ContainerSighting> Containers, ImmutableArray<LossTally> Losses)
{
    public static InventoryChanges None { get; } = new([], [], []);

    public bool IsEmpty => Nodes.IsEmpty && Containers.IsEmpty && Losses.IsEmpty;
}

/// <summary>The newest heartbeat of a node.</summary>
/// <param name="At">Its event time.</param>
/// <param name="LastSequence">Newest sequence number of its batch.</param>
public sealed record NodeSighting(NodeId Node, BootId Boot, DateTimeOffset At, long LastSequence, HeartbeatRecord Heartbeat);

/// <summary>The newest of what was reported about a container, and what happened to it since the last checkpoint.</summary>
/// <param name="State">created, running, paused, exited or removed; empty where nothing told it.</param>
/// <param name="Created">When it was created, if that was reported.</param>
/// <param name="Started">When it was started last, if that was reported.</param>
/// <param name="Ended">When it ended, if that was reported and no start since.</param>
/// <param name="At">Event time of the newest report.</param>
public sealed record ContainerSighting(
    NodeId Node, BootId Boot, string ContainerId, string Runtime, ContainerSpec? Spec, string State,
    DateTimeOffset? Created, DateTimeOffset? Started, DateTimeOffset? Ended, int? ExitCode, DateTimeOffset At);

/// <summary>Loss that a node's agent reported, added up over an hour.</summary>
/// <param name="Hour">Beginning of that hour of event time, UTC.</param>
/// <param name="Reports">How often it was reported.</param>
/// <param name="Lost">How many events.</param>
public sealed record LossTally(NodeId Node, LossCause Cause, DateTimeOffset Hour, long Reports, long Lost, DateTimeOffset LastReported);
