using System.Globalization;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Testing.Scripts;

/// <summary>
/// A log written by hand: what happens on nodes, in order, with event time moved by hand. It says nothing of batches, so that the same
/// script can be cut into any and run on the kernel or through the actors.
/// </summary>
public sealed class Script
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<ScriptedEvent> _events = [];
    private readonly Dictionary<NodeBoot, long> _sequences = [];
    private NodeBoot _at;
    private long _bootNs = 3600 * EventTime.NanosecondsPerSecond;
    private long _wallOffsetNs;
    private ScriptedTask _task = new();

    private Script(string node) => _at = new NodeBoot(new NodeId(node), new BootId($"boot-1-of-{node}"));

    public IReadOnlyList<ScriptedEvent> Events => _events;

    public static Script OnNode(string node) => new Script(node).At("10:00:00");

    /// <summary>Goes on on another node, at the same time.</summary>
    public Script Node(string node)
    {
        _at = new NodeBoot(new NodeId(node), new BootId($"boot-1-of-{node}"));
        return this;
    }

    /// <summary>The node starts again: sequence numbers and the boot clock begin anew, wall time goes on.</summary>
    public Script Reboot()
    {
        long wall = _bootNs + _wallOffsetNs;
        _at = _at with { Boot = new BootId(_at.Boot.Value + "'") };
        _bootNs = 10 * EventTime.NanosecondsPerSecond;
        _wallOffsetNs = wall - _bootNs + 60 * EventTime.NanosecondsPerSecond;
        return this;
    }

    /// <summary>Sets the wall clock, "10:00:00"; the boot clock does not notice.</summary>
    public Script At(string time)
    {
        long wall = (Midnight - DateTimeOffset.UnixEpoch).Ticks * 100 + TimeSpan.Parse(time, CultureInfo.InvariantCulture).Ticks * 100;
        _wallOffsetNs = wall - _bootNs;
        return this;
    }

    public Script After(double seconds)
    {
        _bootNs += (long)(seconds * EventTime.NanosecondsPerSecond);
        return this;
    }

    /// <summary>Numbers that the agent gave out and that never arrive.</summary>
    public Script Lost(int events)
    {
        for (; events > 0; events--) NextSequence();
        return this;
    }

    /// <param name="machine">What the node calls its architecture.</param>
    public Script Heartbeat(string machine = "") => Heartbeat(new HeartbeatRecord { AgentVersion = "test", Architecture = machine });

    public Script Heartbeat(HeartbeatRecord record)
    {
        long at = _bootNs;
        return Add(batch => batch.AddHeartbeat(at, record));
    }

    /// <summary>The agent's account of events that it lost before it had numbered them.</summary>
    public Script LossReport(long count)
    {
        long at = _bootNs;
        return Add(batch => batch.AddLoss(at, new LossRecord { Cause = LossCause.RingBuffer, Count = count }));
    }

    public Script Created(string id, ContainerSpec spec) =>
        Container(new ContainerRecord { Action = ContainerAction.Created, ContainerId = id, Spec = spec });

    public Script Existing(string id, ContainerSpec spec, bool running = true, int pid = 0) =>
        Container(new ContainerRecord { Action = ContainerAction.Existing, ContainerId = id, Spec = spec, Running = running, Pid = pid });

    public Script Described(string id, ContainerSpec spec, bool running = false) =>
        Container(new ContainerRecord { Action = ContainerAction.Described, ContainerId = id, Spec = spec, Running = running });

    public Script Started(string id, int pid = 0) => Container(new ContainerRecord { Action = ContainerAction.Started, ContainerId = id, Running = true, Pid = pid });

    public Script Died(string id) => Container(new ContainerRecord { Action = ContainerAction.Died, ContainerId = id, ExitCode = 1 });

    public Script Removed(string id) => Container(new ContainerRecord { Action = ContainerAction.Removed, ContainerId = id });

    public Script Container(ContainerRecord record)
    {
        long at = _bootNs;
        return Add(batch => batch.AddContainer(at, record));
    }

    /// <summary>Who does what comes next. Says nothing to the log by itself.</summary>
    public Script By(ScriptedTask task)
    {
        _task = task;
        return this;
    }

    /// <summary>The process of that pid in that container, with everything else as usual, does what comes next.</summary>
    public Script By(string container, int pid = 100, string exe = "/bin/app") =>
        By(new ScriptedTask { Container = container, Tgid = pid, ExePath = exe });

    /// <summary>The present process forks, and its child does what comes next.</summary>
    public Script Forks(int child)
    {
        By(_task with { Tgid = child, Tid = 0, ParentTgid = _task.Tgid, ParentStartNs = _task.StartNs, StartNs = _bootNs, ExecGeneration = 0 });
        return Process((_, _) => new ProcessRecord { Action = ProcessAction.Forked });
    }

    /// <summary>The present process becomes another program; arguments include the program's own name.</summary>
    public Script Execs(string path, params string[] arguments) => Execs(path, arguments, default);

    /// <param name="details">Whatever the test wants of the record beyond names and arguments: the executable, credentials, streams.</param>
    public Script Execs(string path, string[] arguments, ProcessRecord details)
    {
        By(_task with { ExePath = path, Comm = path[(path.LastIndexOf('/') + 1)..], ExecGeneration = _task.ExecGeneration + 1 });
        return Process((batch, _) => details with
        {
            Action = ProcessAction.Executed,
            FileName = details.FileName.IsEmpty ? batch.AddText(path) : details.FileName,
            Arguments = batch.AddText(string.Concat(arguments.Select(a => a + "\0"))),
        });
    }

    public Script Exits(int code = 0) => Process((_, _) => new ProcessRecord { Action = ProcessAction.Exited, ExitCode = code });

    /// <summary>A process event of the present task; <paramref name="record"/> may add texts to the batch.</summary>
    public Script Process(Func<EventBatch, ScriptedTask, ProcessRecord> record) =>
        ByTask((batch, at, index, task) => batch.AddProcess(at, 0, index, record(batch, task)));

    /// <summary>A file event of the present task; <paramref name="record"/> may add texts to the batch. A count of 0 becomes 1.</summary>
    public Script File(Func<EventBatch, FileRecord> record) => ByTask((batch, at, index, _) =>
    {
        FileRecord file = record(batch);
        if (file.Count == 0) file.Count = 1;
        batch.AddFile(at, 0, index, file);
    });

    /// <summary>A system call of the present task, its number from the x86_64 table.</summary>
    public Script Call(int number, long result, params long[] arguments) => Call(number, result, arguments, (_, call) => call);

    /// <param name="details">What the test adds to the record: paths, data, a target.</param>
    public Script Call(int number, long result, long[] arguments, Func<EventBatch, SyscallRecord, SyscallRecord> details) =>
        ByTask((batch, at, index, _) =>
        {
            var call = new SyscallRecord { Number = number, Result = result, EnterNs = at, FirstNs = at, Count = 1 };
            for (int i = 0; i < arguments.Length; i++) call.Arguments[i] = arguments[i];
            batch.AddSyscall(at, 0, index, details(batch, call));
        });

    /// <summary>A mount event of the present task.</summary>
    public Script Mount(Func<EventBatch, MountRecord> record) =>
        ByTask((batch, at, index, _) => batch.AddMount(at, 0, index, record(batch)));

    /// <summary>A process runs a program in a container.</summary>
    public Script Exec(string containerId, string path) => By(containerId, 100, path).Execs(path);

    private Script ByTask(Action<EventBatch, long, int, ScriptedTask> write)
    {
        long at = _bootNs;
        ScriptedTask task = _task;
        return Add(batch => write(batch, at, batch.AddTask(task.In(batch)), task));
    }

    private Script Add(Action<EventBatch> write)
    {
        _events.Add(new ScriptedEvent(_at, NextSequence(), new EventTime(_bootNs, _bootNs + _wallOffsetNs), write));
        return this;
    }

    private long NextSequence()
    {
        long next = _sequences.GetValueOrDefault(_at);
        _sequences[_at] = next + 1;
        return next;
    }
}

/// <summary>One event of a script. <paramref name="Write"/> adds it to a batch.</summary>
public sealed record ScriptedEvent(NodeBoot Node, long Sequence, EventTime At, Action<EventBatch> Write)
{
    public EventId Id => new(Node.Node, Node.Boot, Sequence);
}
