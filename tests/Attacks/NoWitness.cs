using Agents.NodeAgent.Kernel;

namespace Attacks;

/// <summary>Does nothing with what the kernel showed: these tests look at the events.</summary>
internal sealed class NoWitness : IKernelWitness
{
    public void Executed(in ExecutedFile file)
    {
    }

    public void MountsChanged(int tgid, uint mountNs)
    {
    }
}
