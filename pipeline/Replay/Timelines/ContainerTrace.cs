using System.Collections.Immutable;
using System.Text;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Replay.Timelines;

/// <summary>Something that happened in a container, taken out of its batch.</summary>
/// <param name="Task">The thread; its texts are of the batch and not valid any more. Null for what no thread did.</param>
internal sealed record TracedEvent(
    EventId Id, long WallNs, EventKind Kind, string ContainerId, TaskRecord? Task, string Program, string Name, string What)
{
    public ProcessAction Process { get; init; }

    public ContainerAction Container { get; init; }

    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Whether an exec gave the process more than it had, or a call asked for it.</summary>
    public bool Gains { get; init; }

    public string Path { get; init; } = "";

    public string Operation { get; init; } = "";

    public string Address { get; init; } = "";

    public long Result { get; init; }

    public long Count { get; init; } = 1;
}

/// <summary>
/// Takes what concerns one container out of records. A record that does not hold the container's id in its bytes is not decoded. Not
/// thread-safe.
/// </summary>
internal sealed class ContainerTrace(string container, string? node)
{
    private static readonly ImmutableHashSet<string> Rights =
    [
        "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid", "capset", "setns", "unshare",
            "chroot",
    ];

    private readonly byte[] _container = Encoding.UTF8.GetBytes(container);
    private readonly byte[]? _node = node is null ? null : Encoding.UTF8.GetBytes(node);
    private readonly EventBatch _batch = new();
    private NodeArchitecture _architecture;

    public long Records { get; private set; }

    public long Events { get; private set; }

    public void Add(Sources.ReplayRecord record, List<TracedEvent> into)
    {
        Records++;
        if (_node is not null && !record.Key.Span.SequenceEqual(_node)) return;
        bool mentions = record.Value.Span.IndexOf(_container) >= 0;
        if (!mentions && (_architecture == NodeArchitecture.Arm64 || record.Value.Span.IndexOf("aarch64"u8) < 0)) return;
        if (!record.TryDecode(_batch)) return;
        Events += _batch.Count;
        foreach (HeartbeatRecord heartbeat in _batch.Heartbeats) _architecture = SyscallNames.ArchitectureOf(heartbeat.Architecture);
        if (!mentions) return;
        for (int i = 0; i < _batch.Count; i++)
        {
            if (ContainerOf(_batch.Events[i]) is { } id) into.Add(Traced(i, id));
        }
    }

    /// <summary>The id, when it is the one that is looked for.</summary>
    private string? ContainerOf(in EventRecord e)
    {
        if (e.Kind == EventKind.Container)
        {
            string id = _batch.Containers[e.Index].ContainerId;
            return id.StartsWith(container, StringComparison.Ordinal) ? id : null;
        }

        if (e.Task == EventRecord.NoTask) return null;
        Text text = _batch.Tasks[e.Task].ContainerId;
        return _batch.Utf8(text).StartsWith(_container) ? _batch.String(text) : null;
    }

    private TracedEvent Traced(int position, string id)
    {
        EventRecord e = _batch.Events[position];
        TaskRecord? task = e.Task == EventRecord.NoTask ? null : _batch.Tasks[e.Task];

        // No event is later than the clock of its batch: see EnrichedBatch.TimeAt.
        long wallNs = _batch.Clock.WallNs + Math.Min(0, e.BootNs - _batch.Clock.BootNs);
        var traced = new TracedEvent(
            _batch.IdOf(position), wallNs, e.Kind, id, task, task is { } by ? _batch.String(by.ExePath) : "",
            task is { } named ? _batch.String(named.Comm) : "", EventText.Of(_batch, e, _architecture));
        return e.Kind switch
        {
            EventKind.Container => traced with { Container = _batch.Containers[e.Index].Action },
            EventKind.Process => Of(traced, _batch.Processes[e.Index]),
            EventKind.File => Of(traced, _batch.Files[e.Index]),
            EventKind.Syscall => Of(traced, _batch.Syscalls[e.Index]),
            _ => traced,
        };
    }

    private TracedEvent Of(TracedEvent traced, in ProcessRecord process)
    {
        TaskRecord task = traced.Task ?? default;
        bool gains = process.Action == ProcessAction.Executed
            && ((process.EffectiveUidBefore != 0 && task.EffectiveUid == 0) || (task.CapPermitted & ~process.CapPermittedBefore) != 0);
        return traced with { Process = process.Action, Arguments = [.. EventText.Arguments(_batch, process)], Gains = gains };
    }

    private TracedEvent Of(TracedEvent traced, in FileRecord file) => traced with
    {
        Path = _batch.String(file.Path),
        Operation = EventText.Word(file.Operation),
        Result = file.Result,
        Count = Math.Max(1, file.Count),
    };

    private TracedEvent Of(TracedEvent traced, in SyscallRecord call)
    {
        string name = SyscallNames.Of(call.Number, _architecture);
        return traced with
        {
            Operation = name,
            Address = EventText.Address(_batch.Utf8(call.Data)),
            Result = call.Result,
            Count = Math.Max(1, call.Count),
            Gains = Rights.Contains(name),
        };
    }
}
