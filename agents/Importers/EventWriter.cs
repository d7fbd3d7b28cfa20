using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Agents.Importers;

/// <summary>
/// Puts events into batches: numbers, clocks, and each distinct task snapshot once. The boot clock of a recording counts from <see
/// cref="BootWallNs"/>; where the recording does not tell when the machine booted, that is 1970, so that the two clocks show the same. Not
/// thread-safe.
/// </summary>
internal sealed class EventWriter(RecordingOptions options, RecordingReport report)
{
    /// <summary>Text in a batch, in bytes; with the largest single event it stays below half of what a message may have.</summary>
    public const int MostText = 256 * 1024;

    /// <summary>Arguments of one process, in bytes.</summary>
    public const int MostArguments = 32 * 1024;

    /// <summary>Any other text, in bytes: twice the longest path (PATH_MAX), which leaves room for a directory before it.</summary>
    public const int LongestText = 8 * 1024;

    /// <summary>Nodes in one recording, which each have numbers of their own.</summary>
    public const int MostNodes = 1024;

    private readonly Dictionary<TaskSnapshot, int> _tasks = [];
    private readonly Dictionary<string, long> _next = new(StringComparer.Ordinal);
    private long _text;
    private bool _open;
    private bool _ended;

    public EventBatch Batch { get; } = new();

    /// <summary>The node of the events that follow.</summary>
    public NodeId Node { get; private set; } = options.Node ?? new NodeId("recording");

    public long BootWallNs { get; set; }

    /// <summary>Instruction set of the recorded machine, as uname(2) gives it; told by the first heartbeat.</summary>
    public string Architecture { get; set; } = "";

    /// <summary>Processor on which the event that is being written happened.</summary>
    public short Cpu { get; set; }

    /// <summary>Wall time of the event that is being written, nanoseconds since 1970.</summary>
    public long WallNs { get; private set; }

    public long BootNs => WallNs - BootWallNs;

    public bool IsFull(int mostEvents) => _ended || Batch.Count >= mostEvents || _text >= MostText;

    /// <summary>Takes the node's name from the recording, unless the options have one.</summary>
    /// <returns>False when the batch is of another node and has to be handed over first.</returns>
    public bool TrySetNode(string name)
    {
        if (options.Node is not null || name.Length is 0 or > 253 || name == Node.Value) return true;
        if (Batch.Count > 0)
        {
            _ended = true;
            return false;
        }

        if (!_next.ContainsKey(name) && _next.Count >= MostNodes)
        {
            report.Note("node over the bound, its events given to another");
            return true;
        }

        Node = new NodeId(name);
        _open = false;
        return true;
    }

    /// <summary>Begins an event: its texts and then itself are added.</summary>
    public void At(long wallNs)
    {
        WallNs = wallNs;
        if (_open) return;
        _open = true;
        Batch.Begin(Node, options.Boot, _next.GetValueOrDefault(Node.Value), new EventTime(BootNs, WallNs), 0);
        report.CountNode(Node.Value);
        if (_next.TryAdd(Node.Value, 0)) Introduce();
    }

    /// <summary>A text for the event, cut at <paramref name="most"/> bytes.</summary>
    public Text Text(ReadOnlySpan<byte> utf8, int most = LongestText)
    {
        if (utf8.Length > most)
        {
            utf8 = utf8[..most];
            report.Note("text cut");
        }

        _text += utf8.Length;
        return Batch.AddText(utf8);
    }

    public Text Text(Utf8Text text) => Text(text.Span);

    public void Process(TaskSnapshot task, in ProcessRecord record)
    {
        Batch.AddProcess(BootNs, Cpu, IndexOf(task), in record);
        report.CountEvent(EventKind.Process);
    }

    public void File(TaskSnapshot task, in FileRecord record)
    {
        Batch.AddFile(BootNs, Cpu, IndexOf(task), in record);
        report.CountEvent(EventKind.File);
    }

    public void Syscall(TaskSnapshot task, in SyscallRecord record)
    {
        Batch.AddSyscall(BootNs, Cpu, IndexOf(task), in record);
        report.CountEvent(EventKind.Syscall);
    }

    public void Mount(TaskSnapshot task, in MountRecord record)
    {
        Batch.AddMount(BootNs, Cpu, IndexOf(task), in record);
        report.CountEvent(EventKind.Mount);
    }

    public void Loss(in LossRecord record)
    {
        Batch.AddLoss(BootNs, in record);
        report.CountEvent(EventKind.Loss);
    }

    /// <param name="size">Rough size of the description, in bytes.</param>
    public void Container(ContainerRecord record, int size)
    {
        _text += size;
        Batch.AddContainer(BootNs, record);
        report.CountEvent(EventKind.Container);
    }

    /// <summary>The batch has been handed over.</summary>
    public void Clear()
    {
        _next[Node.Value] = Batch.FirstSequence + Batch.Count;
        Batch.Begin(Node, options.Boot, 0, default, 0);
        _tasks.Clear();
        _text = 0;
        _open = false;
        _ended = false;
    }

    /// <summary>Each node's events begin with a heartbeat, which says what kind of machine the numbers of system calls belong to.</summary>
    private void Introduce()
    {
        Batch.AddHeartbeat(BootNs, new HeartbeatRecord
        {
            AgentVersion = $"import-{RecordingOptions.MappingVersion}",
            Architecture = Architecture,
            Sources = [new SourceState(report.Format.ToString().ToLowerInvariant(), "connected", "a recording, read from a file")],
        });
        report.CountEvent(EventKind.Heartbeat);
    }

    private int IndexOf(TaskSnapshot task)
    {
        if (_tasks.TryGetValue(task, out int index)) return index;
        index = Batch.AddTask(new TaskRecord
        {
            Tgid = task.Tgid,
            Tid = task.Tid,
            StartNs = Boot(task.StartWallNs),
            ParentTgid = task.ParentTgid,
            ParentStartNs = Boot(task.ParentStartWallNs),
            NamespaceTgid = task.NamespaceTgid,
            ExecGeneration = task.ExecGeneration,
            Uid = task.Uid,
            Gid = task.Gid,
            EffectiveUid = task.EffectiveUid,
            EffectiveGid = task.EffectiveGid,
            CapEffective = task.CapEffective,
            CapPermitted = task.CapPermitted,
            Flags = task.Flags,
            MountNs = task.Namespaces.Mount,
            PidNs = task.Namespaces.Pid,
            UserNs = task.Namespaces.User,
            NetNs = task.Namespaces.Net,
            IpcNs = task.Namespaces.Ipc,
            UtsNs = task.Namespaces.Uts,
            CgroupNs = task.Namespaces.Cgroup,
            ContainerId = Text(task.ContainerId.Span, 256),
            CgroupPath = Text(task.CgroupPath),
            Comm = Text(task.Comm.Span, 64),
            ExePath = Text(task.ExePath),
        });
        _tasks.Add(task, index);
        return index;
    }

    private long Boot(long wallNs) => wallNs == 0 ? 0 : wallNs - BootWallNs;
}
