using System.Collections.Immutable;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// What is done once for all detectors of a partition: redeliveries are told from new events by their sequence numbers, missing events are
/// noted, event time advances, and each event meets its container, its process and the mounts of its node. Not thread-safe: one owner,
/// batches in log order.
/// </summary>
public sealed class Enrichment
{
    /// <summary>Version of the saved state.</summary>
    public const int StateVersion = 3;

    public const string StateName = "enrichment";

    /// <summary>
    /// Nodes of one partition that are remembered; beyond it the one silent for longest is forgotten, and what it then redelivers is
    /// processed again.
    /// </summary>
    public const int MostNodes = 4096;

    private readonly RecencyMap<NodeId, NodeProgress> _nodes = new(MostNodes);
    private readonly EnrichedBatch _enriched = new();
    private readonly TextPool _texts = new();
    private readonly AnomalyTally _anomalies = new();
    private ContainerContext?[] _byTask = [];

    /// <summary>Counts since this object was made, for metrics; not part of the state.</summary>
    public EnrichmentCounts Counts { get; private set; }

    /// <summary>What the log said since the last call that cannot have been so, by kind; for metrics, not part of the state.</summary>
    public ImmutableArray<(Anomaly Kind, long Count)> TakeAnomalies() => _anomalies.Take();

    /// <summary>The result is valid until the next call.</summary>
    public EnrichedBatch Enrich(EventBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        NodeProgress node = NodeOf(batch.Node);
        BootProgress boot = node.BootOf(batch.Boot);
        long gapsBefore = boot.GapsFound;
        long evictedBefore = EvictedOf(node, boot);
        int first = boot.Take(batch);

        // No event is later than the clock of its batch, and the watermark never reaches it.
        bool changes = !batch.Containers.IsEmpty || node.Containers.ForgetsBy(batch.Boot, batch.Clock.BootNs);
        _enriched.Begin(batch, boot, changes ? null : node.Containers, first);
        Walk(batch, node, boot, first, changes);
        Counts = new EnrichmentCounts(
            Counts.Events + batch.Count - first,
            Counts.Duplicates + first,
            Counts.Gaps + boot.GapsFound - gapsBefore,
            Counts.Evictions + EvictedOf(node, boot) - evictedBefore);
        return _enriched;
    }

    public StateSection Save()
    {
        using var bytes = new MemoryStream();
        using var state = new BinaryWriter(bytes);
        state.Write(_nodes.Count);
        foreach ((NodeId id, NodeProgress node) in _nodes.OldestFirst)
        {
            state.WriteText(id.Value);
            node.Save(state);
        }

        state.Flush();
        return new StateSection(StateName, StateVersion, bytes.ToArray());
    }

    /// <summary>Enrichment with saved state, or an empty one and the reason why the state was of no use.</summary>
    public static (Enrichment Enrichment, DiscardedState? Discarded) From(StateSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        if (section.Version != StateVersion)
            return (new(), new DiscardedState(StateName, $"it is of version {section.Version}, ours is {StateVersion}"));
        try
        {
            var enrichment = new Enrichment();
            using BinaryReader state = section.Open();
            for (int left = state.ReadCount(MostNodes); left > 0; left--)
            {
                var id = new NodeId(state.ReadText());
                enrichment._nodes.Set(id, NodeProgress.Load(state, id, enrichment._texts));
            }

            return (enrichment, null);
        }
        catch (Exception e) when (StateSection.IsDamage(e))
        {
            return (new(), new DiscardedState(StateName, $"it is damaged: {e.Message}"));
        }
    }

    private static long EvictedOf(NodeProgress node, BootProgress boot) =>
        node.Containers.Evicted + boot.Processes.Evicted + boot.Mounts.Evicted;

    private NodeProgress NodeOf(NodeId id)
    {
        if (!_nodes.TryGet(id, out NodeProgress? node)) node = new NodeProgress(id);
        if (_nodes.Set(id, node, out _)) Counts = Counts with { Evictions = Counts.Evictions + 1 };
        return node;
    }

    /// <param name="changes">Whether what is known of containers may change from one event to the next.</param>
    private void Walk(EventBatch batch, NodeProgress node, BootProgress boot, int first, bool changes)
    {
        ReadOnlySpan<EventRecord> events = batch.Events;
        EventKinds kinds = EventKinds.None;
        bool tasksKnown = false;
        for (int i = first; i < events.Length; i++)
        {
            ref readonly EventRecord e = ref events[i];
            kinds |= (EventKinds)(1 << (int)e.Kind);
            long bootNs = _enriched.BootNsAt(i);
            if (boot.Watermark.IsLate(bootNs)) _anomalies.Note(Anomaly.LateEvent);
            if (boot.Watermark.Passes(bootNs, out long watermarkNs))
            {
                _enriched.Tick(i, watermarkNs);
                tasksKnown &= !node.Containers.Advance(batch.Boot, watermarkNs);
                boot.Processes.Advance(watermarkNs);
                boot.Mounts.Advance(watermarkNs);
            }

            if (e.Kind == EventKind.Container)
            {
                ContainerRecord container = batch.Containers[e.Index];
                _enriched.SetContainer(i, node.Containers.Apply(container, batch.Boot, bootNs));
                if (container.Action is ContainerAction.Died or ContainerAction.Removed) boot.Mounts.NoteEnd(container.ContainerId, bootNs);
                tasksKnown = false;
            }
            else if (e.Kind is EventKind.Loss or EventKind.Heartbeat)
            {
                boot.Account(batch, i);
            }
            else
            {
                if (e.Kind == EventKind.Mount) boot.Mounts.Apply(batch, e, bootNs, _texts);
                if (e.Task != EventRecord.NoTask)
                {
                    if (changes && !tasksKnown) MatchTasks(batch, node.Containers);
                    tasksKnown = true;
                    if (changes) _enriched.SetContainer(i, _byTask[e.Task]);
                    Meet(batch, boot, i, bootNs);
                }
            }

            _enriched.SetMounts(i, boot.Mounts.View);
        }

        _enriched.Kinds = kinds;
    }

    /// <summary>The event meets its process.</summary>
    private void Meet(EventBatch batch, BootProgress boot, int position, long bootNs)
    {
        ref readonly EventRecord e = ref batch.Events[position];
        ref readonly TaskRecord task = ref batch.Tasks[e.Task];
        if (e.Kind != EventKind.Process)
        {
            _enriched.SetProcess(position, boot.Processes.Of(batch, task, bootNs, _texts, _anomalies));
            return;
        }

        ProcessContext process = boot.Processes.Apply(
            batch, task, batch.Processes[e.Index], bootNs, batch.FirstSequence + position, _texts, _anomalies);
        boot.Mounts.NoteProcess(task, process.Self.ContainerId, bootNs);
        _enriched.SetProcess(position, process);
    }

    /// <summary>
    /// A batch holds each task snapshot once and refers to it many times, so containers are looked up by task and again only after one has
    /// changed.
    /// </summary>
    private void MatchTasks(EventBatch batch, ContainerRegistry containers)
    {
        ReadOnlySpan<TaskRecord> tasks = batch.Tasks;
        if (_byTask.Length < tasks.Length) _byTask = new ContainerContext?[Math.Max(256, tasks.Length)];
        for (int i = 0; i < tasks.Length; i++) _byTask[i] = containers.Find(batch.Utf8(tasks[i].ContainerId));
    }
}

/// <summary>What enrichment met: new events, redeliveries that it skipped, gaps, and how often a bound made it forget something.</summary>
public readonly record struct EnrichmentCounts(long Events, long Duplicates, long Gaps, long Evictions);
