using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Events;

/// <summary>
/// The events of one <c>node-events</c> message: a small batch of one node, in order, laid out as lists of small structs over one text buffer. The agent fills
/// and encodes it; the pipeline decodes into it and hands it to enrichment and detectors, which read it in place. Reusable through <see cref="Begin"/>;
/// owned by one thread at a time; everything it hands out is valid until the next <see cref="Begin"/>.
/// </summary>
public sealed class EventBatch
{
    private readonly List<EventRecord> _events = [];
    private readonly List<TaskRecord> _tasks = [];
    private readonly List<ProcessRecord> _processes = [];
    private readonly List<FileRecord> _files = [];
    private readonly List<SyscallRecord> _syscalls = [];
    private readonly List<MountRecord> _mounts = [];
    private readonly List<LossRecord> _losses = [];
    private readonly List<ContainerRecord> _containers = [];
    private readonly List<HeartbeatRecord> _heartbeats = [];
    private byte[] _text = new byte[4096];
    private int _textLength;

    public NodeId Node { get; private set; }

    public BootId Boot { get; private set; }

    /// <summary>Sequence number of the first event; the others follow without gaps.</summary>
    public long FirstSequence { get; private set; }

    /// <summary>One instant on both clocks, taken by the agent when it closed the batch; gives every event its wall time.</summary>
    public EventTime Clock { get; private set; }

    /// <summary>Events lost on this node since the previous message, all causes (each also reported as its own event).</summary>
    public long LostSinceLast { get; private set; }

    public ReadOnlySpan<EventRecord> Events => CollectionsMarshal.AsSpan(_events);

    public ReadOnlySpan<TaskRecord> Tasks => CollectionsMarshal.AsSpan(_tasks);

    public ReadOnlySpan<ProcessRecord> Processes => CollectionsMarshal.AsSpan(_processes);

    public ReadOnlySpan<FileRecord> Files => CollectionsMarshal.AsSpan(_files);

    public ReadOnlySpan<SyscallRecord> Syscalls => CollectionsMarshal.AsSpan(_syscalls);

    public ReadOnlySpan<MountRecord> Mounts => CollectionsMarshal.AsSpan(_mounts);

    public ReadOnlySpan<LossRecord> Losses => CollectionsMarshal.AsSpan(_losses);

    public ReadOnlySpan<ContainerRecord> Containers => CollectionsMarshal.AsSpan(_containers);

    public ReadOnlySpan<HeartbeatRecord> Heartbeats => CollectionsMarshal.AsSpan(_heartbeats);

    public int Count => _events.Count;

    /// <summary>Empties the batch and sets its head.</summary>
    public void Begin(NodeId node, BootId boot, long firstSequence, EventTime clock, long lostSinceLast)
    {
        _events.Clear();
        _tasks.Clear();
        _processes.Clear();
        _files.Clear();
        _syscalls.Clear();
        _mounts.Clear();
        _losses.Clear();
        _containers.Clear();
        _heartbeats.Clear();
        _textLength = 0;
        Node = node;
        Boot = boot;
        FirstSequence = firstSequence;
        Clock = clock;
        LostSinceLast = lostSinceLast;
    }

    public EventId IdOf(int position) => new(Node, Boot, FirstSequence + position);

    /// <summary>Boot time of the event and the wall time that the batch's clock gives it.</summary>
    public EventTime TimeOf(in EventRecord record) => new(record.BootNs, Clock.WallNs + (record.BootNs - Clock.BootNs));

    public ReadOnlySpan<byte> Utf8(Text text) => _text.AsSpan(text.Offset, text.Length);

    /// <summary>The text as a string; invalid UTF-8 becomes U+FFFD.</summary>
    public string String(Text text) => text.IsEmpty ? "" : Encoding.UTF8.GetString(Utf8(text));

    public Text AddText(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return default;
        int offset = Reserve(utf8.Length);
        utf8.CopyTo(_text.AsSpan(offset));
        return new Text(offset, utf8.Length);
    }

    public Text AddText(string value)
    {
        if (value.Length == 0) return default;
        int length = Encoding.UTF8.GetByteCount(value);
        int offset = Reserve(length);
        Encoding.UTF8.GetBytes(value, _text.AsSpan(offset));
        return new Text(offset, length);
    }

    /// <summary>Adds a task snapshot and gives its index for the events that follow.</summary>
    public int AddTask(in TaskRecord task)
    {
        _tasks.Add(task);
        return _tasks.Count - 1;
    }

    public void AddContainer(long bootNs, ContainerRecord container) =>
        Add(EventKind.Container, bootNs, 0, EventRecord.NoTask, _containers, container);

    public void AddHeartbeat(long bootNs, HeartbeatRecord heartbeat) =>
        Add(EventKind.Heartbeat, bootNs, 0, EventRecord.NoTask, _heartbeats, heartbeat);

    public void AddProcess(long bootNs, short cpu, int task, in ProcessRecord process) =>
        Add(EventKind.Process, bootNs, cpu, task, _processes, process);

    public void AddFile(long bootNs, short cpu, int task, in FileRecord file) => Add(EventKind.File, bootNs, cpu, task, _files, file);

    public void AddSyscall(long bootNs, short cpu, int task, in SyscallRecord call) => Add(EventKind.Syscall, bootNs, cpu, task, _syscalls, call);

    public void AddMount(long bootNs, short cpu, int task, in MountRecord mount) => Add(EventKind.Mount, bootNs, cpu, task, _mounts, mount);

    public void AddLoss(long bootNs, in LossRecord loss) => Add(EventKind.Loss, bootNs, 0, EventRecord.NoTask, _losses, loss);

    private void Add<T>(EventKind kind, long bootNs, short cpu, int task, List<T> details, in T detail)
    {
        details.Add(detail);
        _events.Add(new EventRecord(kind, bootNs, cpu, task, details.Count - 1));
    }

    private int Reserve(int length)
    {
        int offset = _textLength;
        if (_text.Length - offset < length) Array.Resize(ref _text, Math.Max(_text.Length * 2, offset + length));
        _textLength += length;
        return offset;
    }
}
