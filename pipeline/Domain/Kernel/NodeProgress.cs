using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>One node: its containers, and how far each of its recent boots has been read.</summary>
internal sealed class NodeProgress(NodeId id)
{
    /// <summary>
    /// After a reboot an agent may still ship what the boot before left in its spool; more than a few at once do not happen.
    /// </summary>
    public const int MostBoots = 4;

    private readonly RecencyMap<BootId, BootProgress> _boots = new(MostBoots);

    public ContainerRegistry Containers { get; private init; } = new();

    public BootProgress BootOf(BootId bootId)
    {
        if (!_boots.TryGet(bootId, out BootProgress? boot)) boot = new BootProgress(new NodeBoot(id, bootId));
        _boots.Set(boot.Id.Boot, boot);
        return boot;
    }

    public void Save(BinaryWriter state)
    {
        Containers.Save(state);
        state.Write(_boots.Count);
        foreach ((BootId bootId, BootProgress boot) in _boots.OldestFirst)
        {
            state.WriteText(bootId.Value);
            boot.Save(state);
        }
    }

    public static NodeProgress Load(BinaryReader state, NodeId id, TextPool texts)
    {
        var node = new NodeProgress(id) { Containers = ContainerRegistry.Load(state) };
        for (int left = state.ReadCount(MostBoots); left > 0; left--)
        {
            var boot = new BootId(state.ReadText());
            node._boots.Set(boot, BootProgress.Load(state, new NodeBoot(id, boot), texts));
        }

        return node;
    }
}
