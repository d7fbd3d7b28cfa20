namespace Pipeline.Domain.Identity;

/// <summary>Name of the machine an agent watches; the key of every <c>node-events</c> message. 1 to 253 characters.</summary>
public readonly record struct NodeId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>One run of a node's kernel: the text of <c>/proc/sys/kernel/random/boot_id</c> (proc(5)). Boot-time clocks of two boots do not compare.</summary>
public readonly record struct BootId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>The scope in which sequence numbers have no gaps and boot-time instants compare.</summary>
public readonly record struct NodeBoot(NodeId Node, BootId Boot)
{
    public override string ToString() => $"{Node}/{Boot}";
}

/// <summary>
/// Identity of one raw event, given by the agent when it takes the event. Sequence numbers count up by one within a boot, so a gap proves
/// loss. Unlike a Kafka offset it stays the same when a message is delivered twice, archived or replayed.
/// </summary>
public readonly record struct EventId(NodeId Node, BootId Boot, long Sequence)
{
    public override string ToString() => $"{Node}/{Boot}/{Sequence}";
}
