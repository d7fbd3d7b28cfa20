using System.Diagnostics.CodeAnalysis;
using Agents.NodeAgent.Engines;

namespace Agents.NodeAgent.Docker;

/// <summary>How Docker Engine is watched, or podman, which serves the same API.</summary>
internal sealed record DockerOptions : EngineOptions
{
    [SetsRequiredMembers]
    public DockerOptions()
    {
        (Name, Socket, SocketOption) = ("docker", "/var/run/docker.sock", "--docker-socket");
    }

    /// <summary>Bytes of a list of all containers, about 1 KB each.</summary>
    public int ListBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Bytes of one event; it repeats the container's labels.</summary>
    public int EventBytes { get; init; } = 1024 * 1024;
}
