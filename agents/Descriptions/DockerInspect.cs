using Agents.Descriptions.Formats;
using Agents.Descriptions.Trees;

namespace Agents.Descriptions;

/// <summary>Reads what a Docker Engine (or podman) answers when asked about one container.</summary>
public static class DockerInspect
{
    /// <param name="json">One inspect object (GET /containers/{id}/json), or the array of one that the command line prints.</param>
    /// <returns><see cref="Described"/> or <see cref="Unreadable"/>; never throws for what the content is.</returns>
    public static DescriptionResult Parse(ReadOnlyMemory<byte> json, DescriptionLimits? limits = null)
    {
        limits ??= DescriptionLimits.Default;
        if (json.Length > limits.FileBytes) return new Unreadable(1, 0, 0, "", $"larger than {limits.FileBytes} bytes");
        var documents = new List<ParsedDocument>();
        JsonTree.Read(json.Span, 1, limits, documents);
        if (documents.Find(document => document.Fault is not null) is { Fault: { } fault }) return fault.In(1);
        if (documents is not [{ Root: { } node }]) return new Unreadable(1, 0, 0, "", $"expected one container, found {documents.Count}");

        var root = new Cursor(node, "", new Faults(), limits);
        if (root.IsMap && DockerFormat.Is(root)) return DockerFormat.Describe(root, 1);
        return new Unreadable(1, node.Line, node.Column, "", "not docker inspect: no HostConfig");
    }
}
