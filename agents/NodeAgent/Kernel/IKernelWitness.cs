using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Kernel;

/// <summary>
/// Is told of what the kernel showed, at once and in order, by the thread that reads the ring: so it must return quickly and never
/// throw. Whoever has more to do (the hash of
/// an executable, a new reading of a namespace's mounts) puts it into a bounded queue of its own.
/// </summary>
internal interface IKernelWitness
{
    /// <summary>A process in a container runs a new executable.</summary>
    void Executed(in ExecutedFile file);

    /// <summary>A call that changes the mounts of the process's namespace has succeeded.</summary>
    void MountsChanged(int tgid, uint mountNs);
}

/// <summary>An executable as the kernel has it.</summary>
/// <param name="Tgid">A process that runs it; /proc/TGID/exe opens it as long as the process lives and executes nothing else.</param>
/// <param name="StartNs">CLOCK_BOOTTIME at which that process started.</param>
/// <param name="MountNs">Inode of that process's mount namespace.</param>
/// <param name="Container">Id of the container's cgroup, which no other cgroup ever has; 0 for the host.</param>
/// <param name="Path">Its path from the root of that namespace.</param>
internal readonly record struct ExecutedFile(int Tgid, long StartNs, uint MountNs, ulong Container, FileReference File,
    ReadOnlyMemory<byte> Path);
