using System.Diagnostics.CodeAnalysis;
using Agents.NodeAgent.Engines;

namespace Agents.NodeAgent.Cri;

/// <summary>How a runtime is watched through the interface that the kubelet uses.</summary>
internal sealed record CriOptions : EngineOptions
{
    [SetsRequiredMembers]
    public CriOptions()
    {
        (Name, Socket, SocketOption) = ("cri", "/run/containerd/containerd.sock", "--cri-socket");
    }

    /// <summary>
    /// How often the runtime is asked what there is. A kubelet leaves ended containers in place for longer than that, so that between two
    /// questions nothing comes and goes.
    /// </summary>
    public TimeSpan ListInterval { get; init; } = TimeSpan.FromSeconds(1);
}
