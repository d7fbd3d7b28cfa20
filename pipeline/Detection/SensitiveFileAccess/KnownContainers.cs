using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>
/// When containers started, and what those are that are known by now: for changes that were made before anybody described the container.
/// Bounded; one that is forgotten has no grace left and is taken for what it was then.
/// </summary>
internal sealed class KnownContainers
{
    public const int Most = 16_384;

    private readonly RecencyMap<(NodeId Node, string Id), (BootId Boot, long? StartedNs, AlarmSource? Source)> _known = new(Most);

    public void NoteStart(NodeBoot node, string id, long startedNs)
    {
        _known.TryGet((node.Node, id), out (BootId Boot, long? StartedNs, AlarmSource? Source) known);
        _known.Set((node.Node, id), (node.Boot, startedNs, known.Source));
    }

    public void Note(NodeBoot node, string id, AlarmSource source)
    {
        _known.TryGet((node.Node, id), out (BootId Boot, long? StartedNs, AlarmSource? Source) known);
        _known.Set((node.Node, id), (node.Boot, known.Boot == node.Boot ? known.StartedNs : null, source));
    }

    public AlarmSource? SourceOf(NodeId node, string id) =>
        _known.TryGet((node, id), out (BootId Boot, long? StartedNs, AlarmSource? Source) known) ? known.Source : null;

    /// <summary>Start of the container in this boot; null when it was not seen.</summary>
    public long? StartOf(NodeBoot node, string id) =>
        _known.TryGet((node.Node, id), out (BootId Boot, long? StartedNs, AlarmSource? Source) known) && known.Boot == node.Boot
            ? known.StartedNs : null;

    public void Save(BinaryWriter state)
    {
        state.Write(_known.Count);
        foreach (((NodeId node, string id), (BootId boot, long? startedNs, AlarmSource? source)) in _known.OldestFirst)
        {
            state.WriteText(node.Value);
            state.WriteText(id);
            state.WriteText(boot.Value);
            state.Write(startedNs ?? long.MinValue);
            state.Write(source is not null);
            if (source is not null) EditState.Save(state, source);
        }
    }

    public void Load(BinaryReader state)
    {
        _known.Clear();
        for (int left = state.ReadCount(Most); left > 0; left--)
        {
            var key = (new NodeId(state.ReadText()), state.ReadText());
            var boot = new BootId(state.ReadText());
            long startedNs = state.ReadInt64();
            AlarmSource? source = state.ReadBoolean() ? EditState.LoadSource(state) : null;
            _known.Set(key, (boot, startedNs == long.MinValue ? null : startedNs, source));
        }
    }
}
