using Pipeline.Domain.Events;

namespace Agents.Importers;

/// <summary>
/// A thread as a recording knows it at one moment; becomes a <see cref="TaskRecord"/>. Immutable, equal by content. What a recording does
/// not tell is zero or empty.
/// </summary>
internal sealed record TaskSnapshot
{
    public int Tgid { get; init; }

    public int Tid { get; init; }

    /// <summary>Wall time at which the process started, nanoseconds since 1970; 0 when it was there before the recording.</summary>
    public long StartWallNs { get; init; }

    public int ParentTgid { get; init; }

    public long ParentStartWallNs { get; init; }

    public int NamespaceTgid { get; init; }

    public int ExecGeneration { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    public uint EffectiveUid { get; init; }

    public uint EffectiveGid { get; init; }

    public ulong CapEffective { get; init; }

    public ulong CapPermitted { get; init; }

    public TaskFlags Flags { get; init; }

    public NamespaceNumbers Namespaces { get; init; }

    public Utf8Text ContainerId { get; init; }

    public Utf8Text CgroupPath { get; init; }

    public Utf8Text Comm { get; init; }

    public Utf8Text ExePath { get; init; }

    public bool Equals(TaskSnapshot? other) => ReferenceEquals(this, other) || (other is not null
        && Tgid == other.Tgid && Tid == other.Tid && StartWallNs == other.StartWallNs
        && ParentTgid == other.ParentTgid && ParentStartWallNs == other.ParentStartWallNs
        && NamespaceTgid == other.NamespaceTgid && ExecGeneration == other.ExecGeneration
        && Uid == other.Uid && Gid == other.Gid && EffectiveUid == other.EffectiveUid && EffectiveGid == other.EffectiveGid
        && CapEffective == other.CapEffective && CapPermitted == other.CapPermitted && Flags == other.Flags
        && Namespaces == other.Namespaces && ContainerId.Equals(other.ContainerId) && CgroupPath.Equals(other.CgroupPath)
        && Comm.Equals(other.Comm) && ExePath.Equals(other.ExePath));

    /// <summary>Few threads have more than one snapshot in a batch, so these fields are enough.</summary>
    public override int GetHashCode() => HashCode.Combine(Tgid, Tid, ExecGeneration, Uid, EffectiveUid);
}

/// <summary>Inode numbers of /proc/PID/ns/*; 0 where unknown.</summary>
internal readonly record struct NamespaceNumbers(uint Mount, uint Pid, uint User, uint Net, uint Ipc, uint Uts, uint Cgroup);
