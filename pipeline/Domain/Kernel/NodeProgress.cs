using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>One node: its containers, and how far each of its recent boots has been read.</summary>
internal sealed class NodeProgress
{
    /// <summary>
    /// After a reboot an agent may still ship what the boot before left in its spool; more than a few at once do not happen.
    /// </summary>
    public const int MostBoots = 4;

    private readonly RecencyMap<BootId, BootProgress> _boots = new(MostBoots);

    public ContainerRegistry Containers { get; private init; } = new();

    public BootProgress BootOf(BootId id)
    {
        if (!_boots.TryGet(id, out BootProgress? boot)) boot = new BootProgress();
        _boots.Set(id, boot);
        return boot;
    }

    public void Save(BinaryWriter state)
    {
        Containers.Save(state);
        state.Write(_boots.Count);
        foreach ((BootId id, BootProgress boot) in _boots.OldestFirst)
        {
            state.WriteText(id.Value);
            boot.Save(state);
        }
    }

    public static NodeProgress Load(BinaryReader state, TextPool texts)
    {
        var node = new NodeProgress { Containers = ContainerRegistry.Load(state) };
        for (int left = state.ReadCount(MostBoots); left > 0; left--)
            node._boots.Set(new BootId(state.ReadText()), BootProgress.Load(state, texts));
        return node;
    }
}
