using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Traces;

/// <summary>An event of a node's boot that may become evidence later: which, and when. 24 bytes.</summary>
internal readonly record struct EventMark(long Sequence, EventTime At)
{
    public static EventMark Of(in Observation observation) => new(observation.Id.Sequence, observation.Time);

    /// <summary>Within the time before an instant of the same boot; what came late may be a little after it.</summary>
    public bool IsWithin(long windowNs, EventTime of) => Math.Abs(of.BootNs - At.BootNs) <= windowNs;

    public EventId In(NodeBoot node) => new(node.Node, node.Boot, Sequence);

    public void Save(BinaryWriter state)
    {
        state.Write(Sequence);
        state.Write(At);
    }

    public static EventMark Load(BinaryReader state) => new(state.ReadInt64(), state.ReadTime());
}

/// <summary>Names a container of a node.</summary>
internal readonly record struct ContainerKey(NodeId Node, string Id)
{
    /// <summary>Ids are 64 random digits: a few of them tell containers apart as well as all.</summary>
    private const int Telling = 16;

    public override int GetHashCode() => HashOf(Id);

    public static int HashOf(string id) => string.GetHashCode(id.AsSpan(Math.Max(0, id.Length - Telling)));
}

/// <summary>Names a process of a node for ever.</summary>
internal readonly record struct NodeProcess(NodeBoot Node, ProcessKey Process)
{
    /// <summary>Without the node, as in <see cref="Fingerprints.FileKey"/>.</summary>
    public override int GetHashCode() => Process.GetHashCode();

    public void Save(BinaryWriter state)
    {
        state.WriteText(Node.Node.Value);
        state.WriteText(Node.Boot.Value);
        state.Write(Process.Tgid);
        state.Write(Process.StartNs);
    }

    public static NodeProcess Load(BinaryReader state) => new(
        new NodeBoot(new NodeId(state.ReadText()), new BootId(state.ReadText())), new ProcessKey(state.ReadInt32(), state.ReadInt64()));
}
