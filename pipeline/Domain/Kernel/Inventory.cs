using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// Gathers what a partition's log says of nodes and containers until it is taken with a checkpoint. It looks only at container reports,
/// heartbeats and losses, which are rare. Between two checkpoints it holds a bounded number of containers; one that is let go is reported
/// again by its agent within minutes. Not thread-safe.
/// </summary>
public sealed class Inventory
{
    /// <summary>Containers of which news is kept between two checkpoints.</summary>
    public const int MostContainers = 16_384;

    /// <summary>Sums of losses that are kept between two checkpoints: a node, a cause and an hour each.</summary>
    public const int MostLosses = 16_384;

    private const EventKinds Told = EventKinds.Container | EventKinds.Heartbeat | EventKinds.Loss;

    private readonly RecencyMap<NodeId, NodeSighting> _nodes = new(Enrichment.MostNodes);
    private readonly RecencyMap<(NodeId Node, string ContainerId), ContainerSighting> _containers = new(MostContainers);
    private readonly RecencyMap<(NodeId Node, LossCause Cause, DateTimeOffset Hour), LossTally> _losses = new(MostLosses);

    /// <summary>Takes note of what is new in a batch; to be called for each, in the order of the log.</summary>
    public void Note(EnrichedBatch enriched)
    {
        ArgumentNullException.ThrowIfNull(enriched);
        if ((enriched.Kinds & Told) == 0) return;
        EventBatch batch = enriched.Batch;
        for (int i = enriched.First; i < batch.Count; i++)
        {
            ref readonly EventRecord e = ref batch.Events[i];
            switch (e.Kind)
            {
                case EventKind.Container: Note(batch, batch.Containers[e.Index], enriched.ContainerAt(i), enriched.TimeAt(i).Wall); break;
                case EventKind.Loss: Note(batch.Node, batch.Losses[e.Index], enriched.TimeAt(i).Wall); break;
                case EventKind.Heartbeat:
                    _nodes.Set(batch.Node, new NodeSighting(
                        batch.Node, batch.Boot, enriched.TimeAt(i).Wall, batch.FirstSequence + batch.Count - 1, batch.Heartbeats[e.Index]));
                    break;
            }
        }
    }

    /// <summary>What was noted since the last call.</summary>
    public InventoryChanges Take()
    {
        if (_nodes.Count + _containers.Count + _losses.Count == 0) return InventoryChanges.None;
        var changes = new InventoryChanges(
            [.. _nodes.OldestFirst.Select(pair => pair.Value)],
            [.. _containers.OldestFirst.Select(pair => pair.Value)],
            [.. _losses.OldestFirst.Select(pair => pair.Value)]);
        _nodes.Clear();
        _containers.Clear();
        _losses.Clear();
        return changes;
    }

    private void Note(EventBatch batch, ContainerRecord report, ContainerContext? known, DateTimeOffset at)
    {
        if (report.Action is ContainerAction.Unknown or ContainerAction.ExecCreated or ContainerAction.ExecStarted or ContainerAction.ExecDied) return;
        (NodeId, string) key = (batch.Node, report.ContainerId);
        ContainerSighting before = _containers.TryGet(key, out ContainerSighting? noted)
            ? noted
            : new ContainerSighting(batch.Node, batch.Boot, report.ContainerId, "", null, "", null, null, null, null, at);
        ContainerSighting after = before with
        {
            Boot = batch.Boot,
            Runtime = known?.Runtime ?? report.Runtime,
            Spec = known?.Spec ?? report.Spec ?? before.Spec,
            State = StateAfter(report) is { Length: > 0 } state ? state : before.State,
            ExitCode = report.ExitCode ?? before.ExitCode,
            At = at,
        };
        _containers.Set(key, report.Action switch
        {
            ContainerAction.Created => after with { Created = at },
            ContainerAction.Started => after with { Started = at, Ended = null, ExitCode = null },
            ContainerAction.Died => after with { Ended = at },
            _ => after,
        });
    }

    private void Note(NodeId node, in LossRecord loss, DateTimeOffset at)
    {
        var hour = new DateTimeOffset(at.Ticks - at.Ticks % TimeSpan.TicksPerHour, TimeSpan.Zero);
        (NodeId, LossCause, DateTimeOffset) key = (node, loss.Cause, hour);
        LossTally before = _losses.TryGet(key, out LossTally? noted) ? noted : new LossTally(node, loss.Cause, hour, 0, 0, at);
        _losses.Set(key, before with
        {
            Reports = before.Reports + 1,
            Lost = before.Lost + Math.Max(0, loss.Count),
            LastReported = at > before.LastReported ? at : before.LastReported,
        });
    }

    private static string StateAfter(ContainerRecord report) => report.Action switch
    {
        ContainerAction.Created => "created",
        ContainerAction.Started or ContainerAction.Unpaused => "running",
        ContainerAction.Paused => "paused",
        ContainerAction.Died => "exited",
        ContainerAction.Removed => "removed",
        ContainerAction.Existing => report.Running ? "running" : "exited",
        _ => report.Running ? "running" : "",
    };
}
