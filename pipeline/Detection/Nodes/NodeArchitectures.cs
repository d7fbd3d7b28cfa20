using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.Nodes;

/// <summary>
/// Which nodes are not x86_64, as their heartbeats say: system calls have other numbers there. Part of the state of a detector that looks
/// at calls. A node that never said counts as x86_64.
/// </summary>
public sealed class NodeArchitectures
{
    /// <summary>As many nodes as enrichment remembers.</summary>
    public const int MostNodes = Enrichment.MostNodes;

    private readonly RecencyMap<NodeId, NodeArchitecture> _others = new(MostNodes);

    public NodeArchitecture Of(NodeId node) =>
        _others.TryGet(node, out NodeArchitecture architecture) ? architecture : NodeArchitecture.X64;

    /// <summary>For events of kind <see cref="EventKind.Heartbeat"/>.</summary>
    public void Learn(in Observation observation)
    {
        NodeArchitecture architecture = SyscallNames.ArchitectureOf(observation.Batch.Heartbeats[observation.Event.Index].Architecture);
        if (architecture != NodeArchitecture.X64) _others.Set(observation.Id.Node, architecture);
        else _others.Remove(observation.Id.Node);
    }

    public void Save(BinaryWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Write(_others.Count);
        foreach ((NodeId node, NodeArchitecture architecture) in _others.OldestFirst)
        {
            state.WriteText(node.Value);
            state.Write((byte)architecture);
        }
    }

    public void Load(BinaryReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _others.Clear();
        for (int left = state.ReadCount(MostNodes); left > 0; left--)
            _others.Set(new NodeId(state.ReadText()), (NodeArchitecture)state.ReadByte());
    }
}
