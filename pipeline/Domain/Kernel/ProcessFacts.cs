using Pipeline.Domain.Events;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// Names a process of one boot for ever: the id in the initial pid namespace alone is given out again, the pair with the start instant is
/// not.
/// </summary>
/// <param name="StartNs">CLOCK_BOOTTIME nanoseconds; 0 where the source did not know.</param>
public readonly record struct ProcessKey(int Tgid, long StartNs);

/// <summary>
/// What is known of a process since its last exec. Never changed: an exec makes a new one, so that whoever holds one holds what was true
/// when it was handed out. Texts are as the container gave them, bounded.
/// </summary>
public sealed record ProcessFacts
{
    public required ProcessKey Key { get; init; }

    public ProcessKey Parent { get; init; }

    /// <summary>Process id as its container sees it; 0 where unknown.</summary>
    public int NamespaceTgid { get; init; }

    /// <summary>Successful execs since the fork, as the agent counts them.</summary>
    public int ExecGeneration { get; init; }

    /// <summary>Path of the executable in the container's root, resolved by the kernel.</summary>
    public string ExePath { get; init; } = "";

    /// <summary>The script, when the executable is its interpreter.</summary>
    public string Script { get; init; } = "";

    /// <summary>Arguments with a space between them, for people; control characters are as the container gave them.</summary>
    public string CommandLine { get; init; } = "";

    public FileReference Executable { get; init; }

    public uint Uid { get; init; }

    public uint EffectiveUid { get; init; }

    public ulong CapEffective { get; init; }

    public string ContainerId { get; init; } = "";

    public TaskFlags Flags { get; init; }

    /// <summary>Types of descriptors 0-2 at the exec, see <see cref="ProcessRecord.StandardStreams"/>.</summary>
    public int StandardStreams { get; init; }

    /// <summary>Boot time of the exec, or of the fork or announcement where none was seen.</summary>
    public long SinceNs { get; init; }

    /// <summary>Sequence number of the event that said so; -1 when only other events of the process were seen.</summary>
    public long Sequence { get; init; } = -1;
}
