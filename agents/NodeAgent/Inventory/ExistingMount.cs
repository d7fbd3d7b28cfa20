using Agents.NodeAgent.Sources;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Inventory;

/// <summary>A row of the table of a mount namespace, as it was when the agent looked, as an event.</summary>
internal sealed record ExistingMount(uint MountNs, MountRow Row) : IComposedEvent
{
    private const int FixedWeight = 64;

    public int Weight => FixedWeight + Row.Root.Length + Row.MountPoint.Length + Row.Source.Length + Row.Options.Length;

    public void AddTo(EventBatch batch, long bootNs) => batch.AddMount(bootNs, cpu: 0, EventRecord.NoTask, new MountRecord
    {
        Action = MountAction.Existing,
        MountNs = MountNs,
        MountId = Row.MountId,
        ParentId = Row.ParentId,
        Device = Row.Device,
        Root = batch.AddText(Row.Root),
        MountPoint = batch.AddText(Row.MountPoint),
        FileSystem = batch.AddText(Row.FileSystem),
        Source = batch.AddText(Row.Source),
        Options = batch.AddText(Row.Options),
    });
}
