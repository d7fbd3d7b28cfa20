namespace Pipeline.Domain.Events;

/// <summary>
/// The thread that did something, as it was at that moment: identity, credentials (credentials(7), capabilities(7)), namespaces
/// (namespaces(7): inode numbers of /proc/PID/ns/*) and container. A batch holds each distinct snapshot once; events refer to it by index.
/// </summary>
public struct TaskRecord
{
    /// <summary>Process id (thread group) and thread id in the initial pid namespace.</summary>
    public int Tgid, Tid;

    /// <summary>CLOCK_BOOTTIME nanoseconds at which the process started. (node, boot, tgid, start) names a process for ever; a pid alone does not.</summary>
    public long StartNs;

    public int ParentTgid;
    public long ParentStartNs;

    /// <summary>Process id as the container sees it.</summary>
    public int NamespaceTgid;

    /// <summary>Counts execve(2) successes of this process since its fork.</summary>
    public int ExecGeneration;

    public uint Uid, Gid, EffectiveUid, EffectiveGid;

    public ulong CapEffective, CapPermitted;

    public TaskFlags Flags;

    /// <summary>Seccomp mode as in /proc/PID/status: 0 off, 1 strict, 2 filter.</summary>
    public byte SeccompMode;

    public uint MountNs, PidNs, UserNs, NetNs, IpcNs, UtsNs, CgroupNs;

    /// <summary>Inode of the cgroup's directory (its kernfs id).</summary>
    public ulong CgroupId;

    /// <summary>Container id (64 hex digits, or the runtime's own name); empty for host tasks.</summary>
    public Text ContainerId;

    /// <summary>Cgroup path from the root of its hierarchy.</summary>
    public Text CgroupPath;

    /// <summary>Task name, at most 15 bytes; settable by the task (prctl(2)), so never proof of anything.</summary>
    public Text Comm;

    /// <summary>Path of the running executable in the container's root.</summary>
    public Text ExePath;
}

[Flags]
public enum TaskFlags
{
    None = 0,
    NoNewPrivileges = 1,

    /// <summary>The container's workload has begun: the first exec outside the runtime has been seen (detections' started gate).</summary>
    Started = 2,

    /// <summary>The process belongs to an exec session (docker exec, kubectl exec, a probe) and not to the container's own first process.</summary>
    ExecSession = 4,

    /// <summary>The executable is the container runtime's own (by device and inode, not by name).</summary>
    Runtime = 8,
}
