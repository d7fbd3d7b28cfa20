using Agents.NodeAgent.Containerd;
using Agents.NodeAgent.Cri;
using Agents.NodeAgent.Docker;
using Agents.NodeAgent.Kubernetes;

namespace Agents.NodeAgent;

/// <summary>Which engines tell of containers, and who tells of pods.</summary>
/// <param name="Docker">Docker Engine, and podman, which speaks the same; each on a socket of its own.</param>
/// <param name="Containerd">Null when it is not watched.</param>
/// <param name="Cri">Null when no runtime is watched through the kubelet's interface.</param>
/// <param name="Kubernetes">Null when nobody is asked about pods.</param>
internal sealed record ContainerSources(
    IReadOnlyList<DockerOptions> Docker, ContainerdOptions? Containerd = null, CriOptions? Cri = null, KubernetesOptions? Kubernetes = null)
{
    public static ContainerSources None { get; } = new([]);
}
