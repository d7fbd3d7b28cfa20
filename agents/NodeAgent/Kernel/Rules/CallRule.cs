using System.Runtime.InteropServices;

namespace Agents.NodeAgent.Kernel.Rules;

/// <summary>struct rule of bpf/rules.h: how the programs report one system call. Both change together.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CallRule
{
    public const byte NoArgument = 0xff;

    public byte On, Kind, Operation;
    public ReportedResults Results;
    public PathFrom Path;
    public byte PathArgument, DirectoryArgument;
    public PathFrom Other;
    public byte OtherArgument, OtherDirectory;
    public DataFrom Data;
    public byte DataArgument, DataLengthArgument;
    public CallFilter Filter;
    public byte FilterArgument;
    public BurstOf Burst;
    public byte BurstArgument, AtLeast, TargetArgument, FlagArgument, OfRuntime;
    public byte BurstPageArgument;
    private readonly byte _padding0, _padding1;
    public ulong Value;
}

/// <summary>Where a path comes from: enum path_from.</summary>
internal enum PathFrom : byte
{
    None = 0,

    /// <summary>A string argument, from a directory descriptor or the working directory.</summary>
    User = 1,

    /// <summary>The file of a descriptor argument.</summary>
    Descriptor = 2,

    /// <summary>The file of the descriptor that was returned; the string argument when there is none.</summary>
    Result = 3,

    /// <summary>The working directory after the call.</summary>
    WorkingDirectory = 4,

    /// <summary>The root directory after the call.</summary>
    Root = 5,

    /// <summary>A string argument that is no path.</summary>
    Plain = 6,
}

/// <summary>enum data_from.</summary>
internal enum DataFrom : byte
{
    None = 0,
    String = 1,
    SocketAddress = 2,
    FileHandle = 3,
    AcceptedAddress = 4,
}

/// <summary>Which calls are of interest: enum filter.</summary>
internal enum CallFilter : byte
{
    None = 0,

    /// <summary>Opened for more than reading, or not a file of the image.</summary>
    Open = 1,

    /// <summary>The argument has one of the bits.</summary>
    Mask = 2,

    /// <summary>The argument's low 32 bits are the value.</summary>
    Equal = 3,

    /// <summary>To a regular file or disk; to a pipe after the thread asked for a pipe's size or spliced a file.</summary>
    Write = 4,

    /// <summary>From a pipe, likewise.</summary>
    Read = 5,

    /// <summary>What is mapped, as <see cref="Rules.MapKinds"/>.</summary>
    Map = 6,

    /// <summary>A socket onto a standard stream.</summary>
    Duplicate = 7,

    /// <summary>Requests that attach or change.</summary>
    Trace = 8,

    /// <summary>Families that reach into the kernel or out of the machine: AF_ALG, AF_VSOCK.</summary>
    Socket = 9,

    /// <summary>From a regular file.</summary>
    Splice = 10,

    /// <summary>clone3 with flags of namespaces.</summary>
    Clone3 = 11,

    /// <summary>Size of a pipe; a socket onto a standard stream.</summary>
    Control = 12,

    /// <summary>The argument is a descriptor of /proc/PID/mem.</summary>
    Memory = 13,

    /// <summary>The argument has all of the bits.</summary>
    Bits = 14,
}

/// <summary>What <see cref="CallFilter.Map"/> wants, as the rule's value.</summary>
[Flags]
internal enum MapKinds : ulong
{
    None = 0,

    /// <summary>Of a file, shared and writable.</summary>
    Shared = 1,

    /// <summary>Of a file, private and not writable.</summary>
    Private = 2,

    /// <summary>Writable and executable, of a file or of none.</summary>
    Code = 4,
}

/// <summary>enum results.</summary>
internal enum ReportedResults : byte
{
    All = 0,

    /// <summary>Success, and what was refused: EPERM, EACCES, EROFS, ETXTBSY.</summary>
    SuccessOrDenied = 1,
    Success = 2,

    /// <summary>Also what is not there (ENOENT, ESRCH), as far as the filter wants it.</summary>
    SuccessDeniedOrAbsent = 3,
}

/// <summary>What makes calls equal that follow one another fast, so that they are counted: enum burst.</summary>
internal enum BurstOf : byte
{
    None = 0,

    /// <summary>The same call with the same error.</summary>
    Call = 1,

    /// <summary>The same also in one argument.</summary>
    Argument = 2,

    /// <summary>The same also in the file of a descriptor; counted over the longer window, with bytes.</summary>
    File = 3,

    /// <summary>The same also in the socket address; beyond 64 addresses a second those of one thread are counted together.</summary>
    Address = 4,
}
