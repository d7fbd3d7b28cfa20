using System.Collections.Immutable;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel.Mounts;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// One event as a detector sees it: in place in its batch, with what enrichment knows about its container. Valid during the call only.
/// </summary>
public readonly ref struct Observation(EnrichedBatch enriched, int position)
{
    private readonly ref readonly EventRecord _event = ref enriched.Batch.Events[position];

    public EventBatch Batch { get; } = enriched.Batch;

    public int Position { get; } = position;

    public ref readonly EventRecord Event => ref _event;

    public EventId Id => new(enriched.Node.Node, enriched.Node.Boot, Batch.FirstSequence + Position);

    public EventTime Time => enriched.TimeAt(Position);

    public NodeBoot Node => enriched.Node;

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

    /// <summary>
    /// Whether a process of a container's workload did it: in a container, after the container's (or the exec session's) first exec, and
    /// not the runtime itself, which does in there much that nothing else may. The agent decides; see <see cref="TaskFlags"/>.
    /// </summary>
    public bool InWorkload =>
        Event.Task != EventRecord.NoTask && !Task.ContainerId.IsEmpty
            && (Task.Flags & (TaskFlags.Started | TaskFlags.Runtime)) == TaskFlags.Started;

    /// <summary>
    /// Whose file it is that the event's task touched and where it really is, by the mount tables as known at this position of the log,
    /// device numbers and file-system types. Of a call that failed the kernel names no file: then <paramref name="file"/> is all zero and
    /// <paramref name="path"/>, as the caller gave it, is followed through the mounts without symbolic links. Works when called: for
    /// events that a rule already looks at.
    /// </summary>
    /// <param name="path">Absolute path from the root of the task's mount namespace.</param>
    public FileLocation Locate(in FileReference file, Text path)
    {
        if (Event.Task == EventRecord.NoTask) return FileLocation.Unknown;
        ref readonly TaskRecord task = ref Task;
        string containerId = Process?.Self.ContainerId ?? Batch.String(task.ContainerId);
        return new FileLocator(enriched.MountsAt(Position), task.MountNs, containerId, Container?.Spec, Batch, task.CgroupPath)
            .Locate(file, Batch.String(path));
    }

    /// <summary>
    /// Whether a file surely lies in the root of the task's own container, which most do. Cheap; <see cref="Locate"/> says the same with a
    /// path, and decides where this cannot.
    /// </summary>
    public bool IsInOwnRoot(in FileReference file)
    {
        if (Event.Task == EventRecord.NoTask || Task.ContainerId.IsEmpty) return false;
        return enriched.MountsAt(Position).Find(file.MountId, file.Device) is var (row, of)
            ? of.Number == Task.MountNs && ReferenceEquals(of.Root, row)
            : file.Layer is FileLayer.Image or FileLayer.Upper;
    }

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
