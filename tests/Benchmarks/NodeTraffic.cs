using System.Buffers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;
using Testing;

namespace Benchmarks;

/// <summary>
/// What a busy node does, as messages: two thousand containers whose processes fork, run programs, touch files and call the kernel; one step in
/// a hundred is suspicious. The same seed gives the same messages. Time goes on from message to message, so a long run is a long day.
/// </summary>
/// <param name="firstContainer">Number of its first container: nodes of one log have containers of their own.</param>
internal sealed class NodeTraffic(int seed, string node = "busy", int firstContainer = 0)
{
    public const int Containers = 2000;

    private const int EventsPerMessage = 256;
    private const int WorkersPerContainer = 4;
    /// <summary>5,000 events a second, which is much for one node.</summary>
    private const long StepNs = 200_000;
    private const int Open = 257, Connect = 42, Mmap = 9, Madvise = 28, Ptrace = 101, Setns = 308, OpenByHandleAt = 304;
    private const int NotPermitted = -1;

    private static readonly string[] Programs = ["/usr/bin/env", "/bin/sh", "/usr/bin/curl", "/usr/local/bin/worker", "/usr/bin/date", "/bin/grep"];
    private static readonly string[] Files = ["/var/log/app.log", "/tmp/session", "/data/table.db", "/var/cache/x", "/home/app/.cache/y"];

    private readonly Random _random = new(seed);
    private readonly EventBatch _batch = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly string[] _ids = [.. Enumerable.Range(firstContainer, Containers).Select(Some.ContainerId)];
    private long _sequence;
    private long _bootNs = 3600L * 1_000_000_000;
    private int _pid = 100_000;

    /// <summary>Announces the containers and their first processes.</summary>
    public IEnumerable<byte[]> Begin()
    {
        for (int i = 0; i < Containers;)
        {
            BeginMessage();
            for (; i < Containers && _batch.Count < EventsPerMessage - 8; i++)
            {
                _batch.AddContainer(_bootNs, new ContainerRecord
                {
                    Action = ContainerAction.Existing,
                    ContainerId = _ids[i],
                    Spec = Some.PlainSpec($"app-{i % 50}"),
                    Running = true,
                });
                for (int worker = 0; worker < WorkersPerContainer; worker++)
                    AddProcess(_batch.AddTask(Task(i, worker)), ProcessAction.Existing, "/usr/local/bin/worker", "worker\0--serve\0");
            }

            yield return Close();
        }
    }

    /// <summary>The next message.</summary>
    public byte[] Next()
    {
        BeginMessage();
        while (_batch.Count < EventsPerMessage - 6) Step(_random.Next(Containers));
        return Close();
    }

    private void Step(int container)
    {
        int kind = _random.Next(1000);
        int worker = _random.Next(WorkersPerContainer);
        if (kind < 10) Suspicious(container, worker);
        else if (kind < 250) RunProgram(container, worker);
        else if (kind < 610) TouchFile(container, worker);
        else CallKernel(container, worker);
    }

    /// <summary>Fork, exec, a file, an end: what most of a node's life is made of.</summary>
    private void RunProgram(int container, int worker)
    {
        int pid = ++_pid;
        string program = Programs[_random.Next(Programs.Length)];
        TaskRecord child = Task(container, worker) with
        {
            Tgid = pid,
            Tid = pid,
            StartNs = _bootNs,
            ParentTgid = Pid(container, worker),
            ParentStartNs = StartOf(container, worker),
        };
        AddProcess(_batch.AddTask(child), ProcessAction.Forked, "", "");
        child.ExePath = _batch.AddText(program);
        child.ExecGeneration = 1;
        int task = _batch.AddTask(child);
        AddProcess(task, ProcessAction.Executed, program, $"{program}\0--option\0value {pid}\0");
        AddFile(task, FileOperation.Open, Files[pid % Files.Length], flags: 0x241);
        AddProcess(task, ProcessAction.Exited, "", "");
    }

    private void TouchFile(int container, int worker)
    {
        int task = _batch.AddTask(Task(container, worker));
        string path = Files[_random.Next(Files.Length)];
        AddFile(task, FileOperation.Open, path, flags: 0x241);
        AddFile(task, FileOperation.Write, path, flags: 0);
    }

    private void CallKernel(int container, int worker)
    {
        int number = _random.Next(4) switch { 0 => Connect, 1 => Mmap, 2 => Madvise, _ => Open };
        AddCall(_batch.AddTask(Task(container, worker)), number, 0, _random.Next(4096), 4096, 4);
    }

    private void Suspicious(int container, int worker)
    {
        TaskRecord task = Task(container, worker);
        int kind = _random.Next(5);
        if (kind == 4) task.ExePath = _batch.AddText("/tmp/dropped");
        int by = _batch.AddTask(task);
        switch (kind)
        {
            case 0: AddCall(by, Setns, NotPermitted, 3, 0x20000); break;
            case 1: AddCall(by, Ptrace, 0, 16, Pid(container, (worker + 1) % WorkersPerContainer)); break;
            case 2: AddCall(by, OpenByHandleAt, NotPermitted, 3); break;
            case 3: AddFile(by, FileOperation.Rename, "/etc/passwd", flags: 0); break;
            default: AddProcess(by, ProcessAction.Executed, "/tmp/dropped", "dropped\0"); break;
        }
    }

    private TaskRecord Task(int container, int worker) => new()
    {
        Tgid = Pid(container, worker),
        Tid = Pid(container, worker),
        StartNs = StartOf(container, worker),
        ParentTgid = 1,
        NamespaceTgid = worker + 1,
        CapEffective = 0xa80425fb,
        CapPermitted = 0xa80425fb,
        Flags = TaskFlags.Started,
        SeccompMode = 2,
        MountNs = 4_026_532_000 + (uint)container,
        PidNs = 4_026_540_000 + (uint)container,
        CgroupId = 10_000 + (ulong)container,
        ContainerId = _batch.AddText(_ids[container]),
        Comm = _batch.AddText("worker"),
        ExePath = _batch.AddText("/usr/local/bin/worker"),
    };

    private static int Pid(int container, int worker) => 1000 + container * WorkersPerContainer + worker;

    private static long StartOf(int container, int worker) => 1_000_000L * Pid(container, worker);

    private void AddProcess(int task, ProcessAction action, string file, string arguments) =>
        _batch.AddProcess(Tick(), 0, task, new ProcessRecord
        {
            Action = action,
            FileName = _batch.AddText(file),
            Arguments = _batch.AddText(arguments),
            Executable = new FileReference { Device = 64, Inode = (ulong)file.Length + 100, Layer = FileLayer.Image, FileSystem = 0x794c7630, Mode = 0x81ed },
        });

    private void AddFile(int task, FileOperation operation, string path, long flags) =>
        _batch.AddFile(Tick(), 0, task, new FileRecord
        {
            Operation = operation,
            Path = _batch.AddText(path),
            Flags = flags,
            Result = 3,
            Count = 1,
            Bytes = 100,
            File = new FileReference { Device = 64, Inode = (ulong)path.Length, Layer = FileLayer.Upper, FileSystem = 0x794c7630, Mode = 0x81a4 },
        });

    private void AddCall(int task, int number, long result, params ReadOnlySpan<long> arguments)
    {
        long at = Tick();
        var call = new SyscallRecord { Number = number, Result = result, EnterNs = at, FirstNs = at, Count = 1 };
        for (int i = 0; i < arguments.Length; i++) call.Arguments[i] = arguments[i];
        _batch.AddSyscall(at, 0, task, call);
    }

    private long Tick() => _bootNs += StepNs;

    private void BeginMessage() =>
        _batch.Begin(new NodeId(node), new BootId("boot"), _sequence, new EventTime(_bootNs + 1_000_000_000, 1_770_000_000L * 1_000_000_000 + _bootNs), 0);

    private byte[] Close()
    {
        _sequence += _batch.Count;
        _bytes.ResetWrittenCount();
        NodeEventsCodec.Encode(_batch, _bytes);
        return _bytes.WrittenSpan.ToArray();
    }
}
