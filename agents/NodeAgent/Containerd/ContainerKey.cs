using System.Buffers;
using Agents.NodeAgent.Engines;

namespace Agents.NodeAgent.Containerd;

/// <summary>A container of containerd: its id is only unique within its namespace.</summary>
internal readonly record struct ContainerKey(string Namespace, string Id)
{
    private const int DigestLength = 64;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// The id under which the container is reported. Ids of 64 hex digits (nerdctl, Docker, Kubernetes) are nobody else's; other names have
    /// the namespace before them, as their cgroups do: "default/web". Neither part can hold a slash.
    /// </summary>
    public string ReportedId => Id.Length == DigestLength && !Id.AsSpan().ContainsAnyExcept(Digits) ? Id : $"{Namespace}/{Id}";

    public bool IsValid => Id.Length is > 0 and <= EngineEvent.LongestId && Namespace.Length is > 0 and <= EngineEvent.LongestId;
}
