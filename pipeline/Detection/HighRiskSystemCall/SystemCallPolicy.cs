using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Pipeline.Domain.Alarms;

namespace Pipeline.Detection.HighRiskSystemCall;

/// <summary>Which system calls of containers are worth an alarm, how grave they are, and who may make them.</summary>
public sealed record SystemCallPolicy
{
    public static SystemCallPolicy Default { get; } = new();

    /// <summary>
    /// Errors that mean that somebody refused the call: the kernel (EPERM, EACCES, EROFS) or a seccomp filter, which answers EPERM or
    /// ENOSYS. Other errors say that the call made no sense, which is no attempt at anything.
    /// </summary>
    public ImmutableArray<CallError> DeniedErrors { get; init; } = [CallError.Eperm, CallError.Eacces, CallError.Enosys, CallError.Erofs];

    /// <summary>
    /// So many different refused calls of one process within the window are somebody trying what the container lets through; tools that do
    /// this try a dozen within a second, and no program falls back more than twice.
    /// </summary>
    [Range(2, 32)]
    public int ProbingCalls { get; init; } = 3;

    /// <summary>Window of the above in seconds; tools need one, a person at a shell a few.</summary>
    [Range(1, 600)]
    public int ProbingSeconds { get; init; } = 10;

    /// <summary>
    /// The table. Of the rows that name a call the first whose conditions all hold decides. A list here takes the place of the whole table.
    /// </summary>
    public ImmutableArray<SystemCallRow> Rows { get; init; } = SystemCallTable.Rows;

    /// <summary>
    /// Refused calls that programs are known to make and to do without: fallbacks of libraries, which mean nothing. Successful calls are
    /// never suppressed.
    /// </summary>
    public ImmutableArray<SystemCallSuppression> Suppressions { get; init; } = SystemCallTable.Suppressions;

    /// <summary>
    /// Who may make which calls, successful or not: image, program and call have to fit together. Empty, since only a site knows which of
    /// its images debug, mount or load modules.
    /// </summary>
    public ImmutableArray<SystemCallException> Exceptions { get; init; } = [];
}

/// <summary>One class of calls: which calls with which arguments, and how grave.</summary>
/// <param name="Rule">Rule id of the alarm, SC-01 to SC-25 for the built-in families.</param>
/// <param name="Name">Names the class of arguments; repeats of the same container, program, call and class are one alarm.</param>
/// <param name="Calls">Names as in syscalls(2).</param>
/// <param name="Success">Severity when the call succeeded; null: no alarm.</param>
/// <param name="Denied">Severity when it was refused; null: no alarm.</param>
/// <param name="Attack">ATT&amp;CK techniques.</param>
public sealed record SystemCallRow(
    [property: RegularExpression("SC-[0-9]{2}", ErrorMessage = "is a rule id such as SC-01")] string Rule,
    [property: StringLength(64, MinimumLength = 1)] string Name,
    [property: SystemCallName] ImmutableArray<string> Calls,
    Severity? Success,
    Severity? Denied,
    ImmutableArray<string> Attack)
{
    /// <summary>Off: the row is not there.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Conditions on the raw arguments; all must hold.</summary>
    public ImmutableArray<ArgumentFilter> Arguments { get; init; } = [];

    /// <summary>Further conditions; all must hold.</summary>
    public ImmutableArray<CallFact> Facts { get; init; } = [];

    /// <summary>Types of file system that a mount must be of one of; "" is a type that could not be read. Empty: any.</summary>
    public ImmutableArray<string> FileSystems { get; init; } = [];
}

/// <summary>
/// A condition on one argument: what of it the mask lets through is one of any-of, has a bit of any-bit and is none of none-of, as far as
/// they are given.
/// </summary>
/// <param name="Argument">Position from 0.</param>
public sealed record ArgumentFilter([property: Range(0, 5)] int Argument)
{
    /// <summary>Values of which it must be one; empty: any.</summary>
    public ImmutableArray<ulong> AnyOf { get; init; } = [];

    /// <summary>Bits of which it must have one; 0: none needed.</summary>
    public ulong AnyBit { get; init; }

    /// <summary>Values that it must not be.</summary>
    public ImmutableArray<ulong> NoneOf { get; init; } = [];

    /// <summary>
    /// What of the register counts. The default is the lower half: nearly all flags and commands are ints, and the kernel does not look at
    /// what else the register holds.
    /// </summary>
    public ulong Mask { get; init; } = 0xffff_ffff;

    public bool Holds(long value)
    {
        ulong seen = (ulong)value & Mask;
        return (AnyOf.IsEmpty || AnyOf.Contains(seen))
            && (AnyBit == 0 || (seen & AnyBit) != 0)
            && !NoneOf.Contains(seen);
    }
}

/// <summary>A condition on a call that its raw arguments alone cannot tell.</summary>
public enum CallFact
{
    /// <summary>The process that it names is not the caller.</summary>
    TargetIsAnother,

    /// <summary>The process that it names is of another container, or of the host.</summary>
    TargetInAnotherContainer,

    /// <summary>The caller's effective uid is not 0.</summary>
    CallerIsNotRoot,

    /// <summary>The file that it names is not of the image nor of the container's own layer.</summary>
    FileOfMount,

    /// <summary>adjtimex(2) with modes: it sets the clock and does not only read it.</summary>
    SetsClock,
}

/// <summary>Errors that can mean a refusal, as errno(3) numbers them.</summary>
public enum CallError
{
    Eperm = 1,
    Eacces = 13,
    Erofs = 30,
    Enosys = 38,
}

/// <summary>Refused calls that mean nothing.</summary>
/// <param name="Reason">Why, for whoever asks for an explanation.</param>
/// <param name="Errors">Errors that it is about; empty: every refusal.</param>
/// <param name="Programs">
/// Paths of executables, "*" for any characters; empty: all. A program that was created or changed since the container started is not
/// covered.
/// </param>
public sealed record SystemCallSuppression(
    string Reason, [property: SystemCallName] ImmutableArray<string> Calls, ImmutableArray<CallError> Errors,
        ImmutableArray<string> Programs);

/// <summary>Calls that are wanted.</summary>
/// <param name="Image">Image reference, "*" for any characters.</param>
/// <param name="Program">
/// Path of the executable, "*" for any characters. A program that was created or changed since the container started is not covered.
/// </param>
/// <param name="Calls">Names as in syscalls(2); empty: all.</param>
/// <param name="Reason">For whoever asks for an explanation.</param>
public sealed record SystemCallException(
    string Image, string Program, [property: SystemCallName] ImmutableArray<string> Calls, string Reason = "");
