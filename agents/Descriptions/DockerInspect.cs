using Agents.Descriptions.Formats;
using Agents.Descriptions.Trees;

namespace Agents.Descriptions;

/// <summary>Reads what a Docker Engine (or podman) answers when asked about one container.</summary>
public static class DockerInspect
{
    /// <param name="json">One inspect object (GET /containers/{id}/json), or the array of one that the command line prints.</param>
    /// <returns><see cref="Described"/> or <see cref="Unreadable"/>; never throws for what the content is.</returns>
    public static DescriptionResult Parse(ReadOnlyMemory<byte> json, DescriptionLimits? limits = null) =>
        SingleDocument.Read(json, limits, DockerFormat.Is, root => DockerFormat.Describe(root, 1), "not docker inspect: no HostConfig");
}
