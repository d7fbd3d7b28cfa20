using System.Runtime.CompilerServices;

namespace Pipeline.Domain.Events;

/// <summary>The six raw arguments of a system call.</summary>
[InlineArray(6)]
public struct SyscallArguments
{
    private long _first;
}

public enum SyscallAbi : byte
{
    /// <summary>The kernel's own: x86_64 or arm64, as the node's heartbeat says.</summary>
    Native = 0,

    /// <summary>32-bit calls of a 64-bit kernel (int 0x80); <see cref="SyscallRecord.Number"/> is still the native number of the same call.</summary>
    Compat = 1,
    IoUring = 2,

    /// <summary>A way that this build does not know; written by a newer agent.</summary>
    Unknown = 3,
}

/// <summary>
/// A system call with its result, taken at exit, where calls that seccomp denied are still seen (they never reach sys_enter). Repeats in a burst are one
/// record with a count.
/// </summary>
public struct SyscallRecord
{
    /// <summary>Number in the node's native table (x86_64: asm/unistd_64.h).</summary>
    public int Number;

    public SyscallAbi Abi;
    public SyscallArguments Arguments;

    /// <summary>&gt;= 0, or -errno.</summary>
    public long Result;

    /// <summary>CLOCK_BOOTTIME at entry; orders "A before B". The event's own time is the exit.</summary>
    public long EnterNs;

    /// <summary>What a path or descriptor argument names, resolved by the kernel.</summary>
    public Text Path, OtherPath;

    public FileReference File;

    /// <summary>Decoded bytes of a pointer argument: a sockaddr, a file handle, an fsconfig value. Bounded.</summary>
    public Text Data;

    /// <summary>The process an argument names (ptrace, kill, process_vm_writev), and its container.</summary>
    public int TargetTgid;

    public long TargetStartNs;
    public Text TargetContainerId;

    /// <summary>How many equal calls this stands for; at least 1. First and last instant in <see cref="FirstNs"/> and the event's time.</summary>
    public long Count;

    public long FirstNs;
}
