using Agents.NodeAgent.Kernel.Rules;
using Pipeline.Domain.Events;

namespace Attacks;

/// <summary>An event as a reader of the log sees it, in plain values.</summary>
internal sealed record SeenEvent
{
    private static readonly Dictionary<int, string> Names = CallTable.All
        .DistinctBy(call => call.Number).ToDictionary(call => call.Number, call => call.Name);

    /// <summary>"Executed", "Forked", "Exited"; a file operation; the name of a system call.</summary>
    public required string What { get; init; }

    public required long At { get; init; }

    public required TaskRecord Task { get; init; }

    public required string Container { get; init; }

    public required string Exe { get; init; }

    public required string CgroupPath { get; init; }

    public string Path { get; init; } = "";

    public string Raw { get; init; } = "";

    public string Other { get; init; } = "";

    public byte[] Data { get; init; } = [];

    public string[] Arguments { get; init; } = [];

    public FileReference File { get; init; }

    public long Result { get; init; }

    public long Flags { get; init; }

    public long Count { get; init; } = 1;

    public long Bytes { get; init; }

    public long FirstNs { get; init; }

    public long[] Values { get; init; } = [];

    public ProcessRecord Process { get; init; }

    public SyscallAbi Abi { get; init; }

    public int TargetTgid { get; init; }

    public string TargetContainer { get; init; } = "";

    public bool Started => Task.Flags.HasFlag(TaskFlags.Started);

    public bool Runtime => Task.Flags.HasFlag(TaskFlags.Runtime);

    public override string ToString() =>
        $"{Task.Tgid}/{Task.NamespaceTgid} {Exe} [{Task.Flags}] {What} {Path}{(Other.Length > 0 ? " -> " + Other : "")} "
        + $"= {Result} x{Count} {File.Layer} {string.Join(' ', Arguments)}"
        + $"{string.Join(',', Values.Select(value => value.ToString("x", null)))}";

    public static SeenEvent Of(EventBatch batch, int position)
    {
        ref readonly EventRecord head = ref batch.Events[position];
        ref readonly TaskRecord task = ref batch.Tasks[head.Task];
        var seen = new SeenEvent
        {
            What = "",
            At = head.BootNs,
            Task = task,
            Container = batch.String(task.ContainerId),
            Exe = batch.String(task.ExePath),
            CgroupPath = batch.String(task.CgroupPath),
        };
        return head.Kind switch
        {
            EventKind.Process => OfProcess(seen, batch, batch.Processes[head.Index]),
            EventKind.File => OfFile(seen, batch, batch.Files[head.Index]),
            EventKind.Syscall => OfCall(seen, batch, batch.Syscalls[head.Index]),
            _ => seen with { What = head.Kind.ToString() },
        };
    }

    private static SeenEvent OfProcess(SeenEvent seen, EventBatch batch, ProcessRecord process) => seen with
    {
        What = process.Action.ToString(),
        Path = process.Action == ProcessAction.Executed ? seen.Exe : "",
        Raw = batch.String(process.FileName),
        Other = batch.String(process.WorkingDirectory),
        Arguments = batch.String(process.Arguments).Split('\0', StringSplitOptions.RemoveEmptyEntries),
        File = process.Executable,
        Result = process.ExitCode,
        Process = process,
    };

    private static SeenEvent OfFile(SeenEvent seen, EventBatch batch, FileRecord file) => seen with
    {
        What = file.Operation.ToString(),
        Path = batch.String(file.Path),
        Raw = batch.String(file.RawPath),
        Other = batch.String(file.OtherPath),
        File = file.File,
        Result = file.Result,
        Flags = file.Flags,
        Count = file.Count,
        Bytes = file.Bytes,
    };

    private static SeenEvent OfCall(SeenEvent seen, EventBatch batch, SyscallRecord call)
    {
        long[] values = new long[6];
        for (int i = 0; i < values.Length; i++) values[i] = call.Arguments[i];
        return seen with
        {
            What = Names[call.Number],
            Path = batch.String(call.Path),
            Other = batch.String(call.OtherPath),
            Data = batch.Utf8(call.Data).ToArray(),
            File = call.File,
            Result = call.Result,
            Count = call.Count,
            FirstNs = call.FirstNs,
            Values = values,
            Abi = call.Abi,
            TargetTgid = call.TargetTgid,
            TargetContainer = batch.String(call.TargetContainerId),
        };
    }
}
