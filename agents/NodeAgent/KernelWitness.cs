using Agents.NodeAgent.Hashing;
using Agents.NodeAgent.Inventory;
using Agents.NodeAgent.Kernel;

namespace Agents.NodeAgent;

/// <summary>Tells of what the kernel showed to whoever has more to do with it.</summary>
internal sealed class KernelWitness(IExecutableSink? executables, MountSource mounts) : IKernelWitness
{
    public void Executed(in ExecutedFile file)
    {
        executables?.Seen(new ExecutableSeen(file.Tgid, file.Path, file.File, Announce: false));
        mounts.Seen(file.Tgid, file.MountNs, file.Container);
    }

    public void MountsChanged(int tgid, uint mountNs) => mounts.Changed(tgid, mountNs);
}
