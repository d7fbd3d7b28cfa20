using System.Collections.Immutable;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// One event as a detector sees it: in place in its batch, with what enrichment knows about its container. Valid during the call only.
/// </summary>
public readonly ref struct Observation(EnrichedBatch enriched, int position)
{
    public EventBatch Batch { get; } = enriched.Batch;

    public int Position { get; } = position;

    public ref readonly EventRecord Event => ref Batch.Events[Position];

    public EventId Id => Batch.IdOf(Position);

    public EventTime Time => enriched.TimeAt(Position);

    public NodeBoot Node => new(Batch.Node, Batch.Boot);

    /// <summary>
    /// The container the event belongs to, as known at this position of the log; null for the host and for containers never described.
    /// </summary>
    public ContainerContext? Container => enriched.ContainerAt(Position);

    /// <summary>
    /// The process that caused the event, after it, with its ancestors; null for events that no task caused.
    /// </summary>
    public ProcessContext? Process => enriched.ProcessAt(Position);

    /// <summary>The thread that caused the event as it was then; only for events that a task caused.</summary>
    public ref readonly TaskRecord Task => ref Batch.Tasks[Event.Task];

    /// <summary>Details of an event of kind <see cref="EventKind.Process"/>.</summary>
    public ref readonly ProcessRecord ProcessEvent => ref Batch.Processes[Event.Index];

    /// <summary>Details of an event of kind <see cref="EventKind.File"/>.</summary>
    public ref readonly FileRecord FileEvent => ref Batch.Files[Event.Index];

    /// <summary>Details of an event of kind <see cref="EventKind.Syscall"/>.</summary>
    public ref readonly SyscallRecord Syscall => ref Batch.Syscalls[Event.Index];

    /// <summary>Details of an event of kind <see cref="EventKind.Mount"/>.</summary>
    public ref readonly MountRecord MountEvent => ref Batch.Mounts[Event.Index];

    /// <summary>Details of an event of kind <see cref="EventKind.Container"/>.</summary>
    public ContainerRecord ContainerEvent => Batch.Containers[Event.Index];

    /// <summary>
    /// What is known to be missing of this node between two instants of its boot clock, in words for <see cref="Finding.EvidenceGaps"/>;
    /// empty when the window is whole.
    /// </summary>
    public ImmutableArray<string> GapsIn(long fromNs, long toNs) => enriched.GapsIn(fromNs, toNs, Position);
}
