using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel.Mounts;

namespace Pipeline.Domain.Kernel;

/// <summary>The watermark of the batch's node passed a whole second just before the event at <paramref name="Position"/>.</summary>
public readonly record struct WatermarkTick(int Position, long WatermarkNs);

/// <summary>
/// A batch together with what enrichment knows at each of its events. Everything in it is told event by event, so that where a log was cut
/// into batches makes no difference. Made by <see cref="Enrichment"/> and valid until its next batch; meanwhile any number of threads may
/// read it.
/// </summary>
public sealed class EnrichedBatch
{
    private readonly List<WatermarkTick> _ticks = [];
    private readonly List<(int Position, MountView View)> _mounts = [];
    private ContainerContext?[] _containers = [];
    private ProcessContext?[] _processes = [];
    private BootProgress? _boot;
    private ContainerRegistry? _unchanged;

    internal EnrichedBatch()
    {
    }

    public EventBatch Batch { get; private set; } = null!;

    /// <summary>Position of the first event that was not seen before; <see cref="EventBatch.Count"/> when all are redeliveries.</summary>
    public int First { get; private set; }

    /// <summary>Kinds among the events from <see cref="First"/> on.</summary>
    public EventKinds Kinds { get; internal set; }

    public ReadOnlySpan<WatermarkTick> Ticks => CollectionsMarshal.AsSpan(_ticks);

    /// <summary>
    /// The container that the event is about or that its task belongs to, after it. Of most events nobody asks, so that it is looked up
    /// only then, unless the batch itself changes what is known of containers.
    /// </summary>
    public ContainerContext? ContainerAt(int position)
    {
        if (_unchanged is null) return _containers[position];
        int task = Batch.Events[position].Task;
        return position < First || task == EventRecord.NoTask ? null : _unchanged.Find(Batch.Utf8(Batch.Tasks[task].ContainerId));
    }

    /// <summary>The process after the event; null for events that no task caused.</summary>
    public ProcessContext? ProcessAt(int position) => _processes[position];

    /// <summary>
    /// When an event happened. No event is later than the clock that its agent read when it closed the batch: a damaged time is cut down to
    /// that, so that it cannot drag windows into the future.
    /// </summary>
    public EventTime TimeAt(int position)
    {
        long bootNs = BootNsAt(position);
        return new EventTime(bootNs, Batch.Clock.WallNs + (bootNs - Batch.Clock.BootNs));
    }

    /// <summary>The node of the batch and its boot, in texts that are the same objects for all its batches.</summary>
    internal NodeBoot Node => _boot!.Id;

    internal long BootNsAt(int position) => Math.Min(Batch.Events[position].BootNs, Batch.Clock.BootNs);

    internal ImmutableArray<string> GapsIn(long fromNs, long toNs, int position) =>
        _boot is null ? [] : _boot.GapsIn(fromNs, toNs, Batch.FirstSequence + position);

    /// <summary>The mount tables after the event.</summary>
    internal MountView MountsAt(int position)
    {
        int at = _mounts.Count - 1;
        while (at >= 0 && _mounts[at].Position > position) at--;
        return at >= 0 ? _mounts[at].View : MountView.Empty;
    }

    /// <param name="unchanged">The containers, if the batch changes nothing about them; null if it may.</param>
    internal void Begin(EventBatch batch, BootProgress boot, ContainerRegistry? unchanged, int first)
    {
        Batch = batch;
        First = first;
        Kinds = EventKinds.None;
        _boot = boot;
        _unchanged = unchanged;
        _ticks.Clear();
        _mounts.Clear();
        _mounts.Add((first, boot.Mounts.View));
        if (_containers.Length < batch.Count)
        {
            _containers = new ContainerContext?[Math.Max(256, batch.Count)];
            _processes = new ProcessContext?[_containers.Length];
        }

        if (unchanged is null) Array.Clear(_containers);
        Array.Clear(_processes);
    }

    internal void Tick(int position, long watermarkNs) => _ticks.Add(new WatermarkTick(position, watermarkNs));

    /// <summary>The mount tables from this event on.</summary>
    internal void SetMounts(int position, MountView view)
    {
        if (!ReferenceEquals(_mounts[^1].View, view)) _mounts.Add((position, view));
    }

    internal void SetContainer(int position, ContainerContext? container) => _containers[position] = container;

    internal void SetProcess(int position, ProcessContext process) => _processes[position] = process;
}
