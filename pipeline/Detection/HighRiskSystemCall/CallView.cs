using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.HighRiskSystemCall;

/// <summary>What became of a call.</summary>
internal enum CallOutcome
{
    Succeeded,

    /// <summary>The kernel or a seccomp filter refused.</summary>
    Denied,

    /// <summary>It made no sense: a bad pointer, a process that is gone.</summary>
    Failed,
}

/// <summary>One system call as the rows of the table look at it.</summary>
internal readonly ref struct CallView(in Observation observation)
{
    private const byte SeccompFilter = 2;

    private readonly Observation _observation = observation;

    private ref readonly SyscallRecord Call => ref _observation.Syscall;

    public CallOutcome Outcome(SystemCallPolicy policy)
    {
        if (Call.Result < 0)
            return policy.DeniedErrors.Contains((CallError)(int)Math.Min(-Call.Result, int.MaxValue)) ? CallOutcome.Denied
                : CallOutcome.Failed;

        // A filter that kills or signals leaves the call's own number where the result would be.
        bool killed = Call.Result == Call.Number && Call.Abi == SyscallAbi.Native && _observation.Task.SeccompMode == SeccompFilter;
        return killed ? CallOutcome.Denied : CallOutcome.Succeeded;
    }

    public bool Fits(SystemCallRow row)
    {
        foreach (ArgumentFilter filter in row.Arguments)
        {
            if (!filter.Holds(Call.Arguments[filter.Argument])) return false;
        }

        foreach (CallFact fact in row.Facts)
        {
            if (!Is(fact)) return false;
        }

        return row.FileSystems.IsEmpty || row.FileSystems.Contains(Data);
    }

    /// <summary>The text behind a pointer argument: for mount(2) the type of file system.</summary>
    private string Data => Encoding.UTF8.GetString(_observation.Batch.Utf8(Call.Data).TrimEnd((byte)0));

    /// <summary>"eperm", "0", "seccomp".</summary>
    public string Result()
    {
        if (Call.Result >= 0) return Call.Result.ToString(CultureInfo.InvariantCulture);
        var error = (CallError)(int)Math.Min(-Call.Result, int.MaxValue);
        string number = Call.Result.ToString(CultureInfo.InvariantCulture);
        return Enum.IsDefined(error) ? $"{number} {error.ToString().ToUpperInvariant()}" : number;
    }

    public string Arguments()
    {
        var text = new StringBuilder();
        for (int i = 0; i < 6; i++) text.Append(i == 0 ? "0x" : " 0x").Append(((ulong)Call.Arguments[i]).ToString("x",
            CultureInfo.InvariantCulture));
        return text.ToString();
    }

    private bool Is(CallFact fact) => fact switch
    {
        CallFact.TargetIsAnother => TargetIsAnother,
        CallFact.TargetInAnotherContainer => Call.TargetTgid != 0 && TargetIsAnother
            && !_observation.Batch.Utf8(Call.TargetContainerId).SequenceEqual(_observation.Batch.Utf8(_observation.Task.ContainerId)),
        CallFact.CallerIsNotRoot => _observation.Task.EffectiveUid != 0,
        CallFact.FileOfMount => Call.File.Layer is FileLayer.Host or FileLayer.Mount,
        CallFact.SetsClock => Call.Result < 0 || ClockModes != 0,
        _ => false,
    };

    /// <summary>Where the agent could not tell the process that is meant, the argument has its number as the container counts.</summary>
    private bool TargetIsAnother => Call.TargetTgid != 0
        ? Call.TargetTgid != _observation.Task.Tgid
        : Call.Arguments[0] != _observation.Task.NamespaceTgid && Call.Arguments[0] != 0;

    /// <summary>First field of struct timex: what is to be set. Reading needs no right, so that a refused call wanted to set.</summary>
    private uint ClockModes
    {
        get
        {
            ReadOnlySpan<byte> timex = _observation.Batch.Utf8(Call.Data);
            return timex.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(timex) : 0;
        }
    }
}
