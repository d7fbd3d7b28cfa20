using System.Diagnostics.CodeAnalysis;
using Agents.NodeAgent.Engines;

namespace Agents.NodeAgent.Containerd;

/// <summary>How containerd is watched.</summary>
internal sealed record ContainerdOptions : EngineOptions
{
    /// <summary>The namespace in which dockerd keeps its containers.</summary>
    public const string Docker = "moby";

    /// <summary>The namespace in which containerd's CRI plugin keeps the kubelet's containers.</summary>
    public const string Kubernetes = "k8s.io";

    [SetsRequiredMembers]
    public ContainerdOptions()
    {
        (Name, Socket, SocketOption) = ("containerd", "/run/containerd/containerd.sock", "--containerd-socket");
    }

    /// <summary>Namespaces whose containers another source tells of, which knows them better.</summary>
    public IReadOnlySet<string> SkippedNamespaces { get; init; } = new HashSet<string>();
}
