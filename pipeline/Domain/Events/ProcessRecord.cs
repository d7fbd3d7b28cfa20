namespace Pipeline.Domain.Events;

public enum ProcessAction : byte
{
    Unknown = 0,

    /// <summary>Running when the agent looked; announced so that a log segment explains itself.</summary>
    Existing = 1,
    Forked = 2,
    Executed = 3,
    Exited = 4,
}

/// <summary>A process began, changed its program, or ended. The event's task is the process itself, after the change.</summary>
public struct ProcessRecord
{
    public ProcessAction Action;

    /// <summary>The name given to execve(2), before any symlink or interpreter.</summary>
    public Text FileName;

    /// <summary>The script when the executable is its interpreter; empty otherwise.</summary>
    public Text Script;

    /// <summary>Arguments, each ended by a NUL byte, as in /proc/PID/cmdline; bounded by the agent.</summary>
    public Text Arguments;

    /// <summary>True when <see cref="Arguments"/> was cut at the agent's bound.</summary>
    public bool ArgumentsTruncated;

    public Text WorkingDirectory;

    /// <summary>The executable itself.</summary>
    public FileReference Executable;

    /// <summary>Credentials before the exec, to see what it gained.</summary>
    public uint EffectiveUidBefore;

    public ulong CapPermittedBefore;

    /// <summary>Standard input, output and error as types: bit i*4.. holds 0 none, 1 file, 2 pipe, 3 socket, 4 terminal for descriptor i.</summary>
    public int StandardStreams;

    /// <summary>Exit status and signal as in wait(2).</summary>
    public int ExitCode, ExitSignal;
}
