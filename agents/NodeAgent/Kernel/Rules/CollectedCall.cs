using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Kernel.Rules;

/// <summary>A row of the table of what is collected: one system call (x86_64 numbers) and how it becomes an event.</summary>
/// <param name="Compat">Its numbers for 32-bit programs (i386).</param>
internal sealed record CollectedCall(string Name, int Number, params int[] Compat)
{
    /// <summary>Collected unless settings say otherwise.</summary>
    public bool ByDefault { get; init; } = true;

    /// <summary>The operation when it is an event of a file; else it is an event of a call.</summary>
    public FileOperation? File { get; init; }

    public ReportedResults Results { get; init; }

    public PathFrom Path { get; init; }

    public byte PathArgument { get; init; } = CallRule.NoArgument;

    public byte DirectoryArgument { get; init; } = CallRule.NoArgument;

    public PathFrom Other { get; init; }

    public byte OtherArgument { get; init; } = CallRule.NoArgument;

    public byte OtherDirectory { get; init; } = CallRule.NoArgument;

    public DataFrom Data { get; init; }

    public byte DataArgument { get; init; }

    public byte DataLengthArgument { get; init; }

    public CallFilter Filter { get; init; }

    public byte FilterArgument { get; init; } = CallRule.NoArgument;

    public ulong Value { get; init; }

    public BurstOf Burst { get; init; }

    public byte BurstArgument { get; init; }

    /// <summary>An argument that is an address: only calls about the same page are equal.</summary>
    public byte BurstPageArgument { get; init; } = CallRule.NoArgument;

    /// <summary>Equal calls within a window before the first report; 0 and 1: the first is reported.</summary>
    public byte AtLeast { get; init; }

    /// <summary>The argument that names a process.</summary>
    public byte TargetArgument { get; init; } = CallRule.NoArgument;

    /// <summary>The argument that becomes the file event's flags.</summary>
    public byte FlagArgument { get; init; } = CallRule.NoArgument;

    /// <summary>
    /// Reported also while a runtime prepares a container or an exec session, before the first program of its own; marked so. Detectors
    /// leave nearly all of that alone.
    /// </summary>
    public bool OfRuntime { get; init; }

    public CallRule ToRule() => new()
    {
        On = 1,
        Kind = (byte)(File is null ? Ring.RecordKind.Syscall : Ring.RecordKind.File),
        Operation = (byte)(File ?? 0),
        Results = Results,
        Path = Path,
        PathArgument = PathArgument,
        DirectoryArgument = DirectoryArgument,
        Other = Other,
        OtherArgument = OtherArgument,
        OtherDirectory = OtherDirectory,
        Data = Data,
        DataArgument = DataArgument,
        DataLengthArgument = DataLengthArgument,
        Filter = Filter,
        FilterArgument = FilterArgument,
        Burst = Burst,
        BurstArgument = BurstArgument,
        BurstPageArgument = BurstPageArgument,
        AtLeast = AtLeast,
        TargetArgument = TargetArgument,
        FlagArgument = FlagArgument,
        OfRuntime = (byte)(OfRuntime ? 1 : 0),
        Value = Value,
    };
}
