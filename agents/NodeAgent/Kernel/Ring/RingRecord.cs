using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Agents.NodeAgent.Kernel.Ring;

/// <summary>Kinds of record: enum kind of bpf/record.h.</summary>
internal enum RecordKind : byte
{
    Fork = 1,
    Executed = 2,
    Exit = 3,
    Syscall = 4,
    File = 5,
}

/// <summary>Texts behind a record, in order: enum text of bpf/record.h.</summary>
internal enum RecordText
{
    /// <summary>Names from the leaf up, each ended by NUL.</summary>
    Path = 0,
    Raw = 1,
    Other = 2,
    OtherRaw = 3,
    Data = 4,
    Arguments = 5,
}

/// <summary>enum record_flags of bpf/record.h.</summary>
[Flags]
internal enum RecordFlags : uint
{
    None = 0,
    PathIsBase = 1,
    OtherIsBase = 2,
    OtherIsText = 4,
    PathCut = 8,
    ArgumentsCut = 16,
    IsScript = 32,
    ParentIsKernel = 64,
    PathIsWalked = 128,
    OtherIsWalked = 256,
}

/// <summary>struct file_reference of bpf/record.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RingFile
{
    public ulong Inode;
    public long Size, ChangedNs;
    public uint Device, Links, Mode, Magic, MountId, MountNs, InUpper, RawDevice;
}

[InlineArray(6)]
internal struct RingArguments
{
    private long _first;
}

[InlineArray(6)]
internal struct RingLengths
{
    private ushort _first;
}

[InlineArray(16)]
internal struct RingName
{
    private byte _first;
}

/// <summary>Who did it: the part of struct record that is the same for events of an unchanged thread.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RingTask
{
    public long Start, ParentStart;
    public int Tgid, Tid, ParentTgid, NamespaceTgid;
    public uint Uid, Gid, EffectiveUid, EffectiveGid;
    public ulong CapEffective, CapPermitted, Cgroup, Container;
    public uint MountNs, PidNs, UserNs, NetNs, IpcNs, UtsNs, CgroupNs;
    public int ExecGeneration;
    public uint Flags, Seccomp;
    public RingName Comm;
}

/// <summary>struct record of bpf/record.h: what the programs write into the ring, before the texts. Both change together.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RingRecord
{
    public const int Texts = 6;

    public long At;
    public uint Size;
    public short Cpu;
    public RecordKind Kind;
    public byte Abi;
    public RingTask Task;

    /// <summary>Filled by the agent: the number of the task's facts on the page.</summary>
    public int Link;
    public RecordFlags Flags;
    public long Result;
    public RingArguments Arguments;
    public long Count, FirstAt, Bytes;
    public int Number;
    public uint Operation;
    public RingFile File;
    public ulong CapPermittedBefore;
    public uint EffectiveUidBefore, Streams;
    public RingLengths Lengths;
    public int Target;

    /// <summary>Filled by the agent: the target's start, and one more than the number of its facts on the page.</summary>
    public long TargetStart;
    public int TargetLink;

    /// <summary>Of the second file, when it is an open one.</summary>
    public uint OtherMagic;
    public ulong OtherInode;

    /// <summary>Bytes of the structure: what a record has at least.</summary>
    public static int FixedSize => Unsafe.SizeOf<RingRecord>();

    /// <summary>Reads the structure at the beginning of <paramref name="record"/>, which must be that long.</summary>
    public static ref readonly RingRecord Of(ReadOnlySpan<byte> record) => ref MemoryMarshal.AsRef<RingRecord>(record);

    /// <summary>
    /// One of the texts. A record that stands for a burst holds only the first of them; then a text is shorter than its length says, or
    /// empty.
    /// </summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> record, RecordText which)
    {
        ref readonly RingRecord head = ref Of(record);
        int at = FixedSize;
        for (int i = 0; i < (int)which; i++) at += head.Lengths[i];
        if (at >= record.Length) return default;
        return record.Slice(at, Math.Min(head.Lengths[(int)which], record.Length - at));
    }
}
