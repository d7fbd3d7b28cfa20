using System.Buffers;

namespace Agents.NodeAgent.Inventory;

/// <summary>
/// Which container a cgroup belongs to, by the names that container runtimes give to the cgroups they make. Pure.
/// </summary>
/// <param name="Id">64 hex digits, or containerd's "namespace/name". Of containers inside one another the outermost: whoever is in a
/// container can name the cgroups below its own at will.</param>
/// <param name="InnerId">The innermost id where containers are nested; empty otherwise.</param>
/// <param name="Runtime">docker, containerd, cri-o or podman where the name tells; empty otherwise.</param>
internal readonly record struct ContainerCgroup(string Id, string InnerId, string Runtime)
{
    private const int IdLength = 64;

    private static readonly SearchValues<char> IdDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Names that runtimes put before the id: PREFIX-ID and, with containerd's systemd driver, SLICE:PREFIX:ID.</summary>
    private static readonly (string Prefix, string Runtime)[] Prefixes =
    [
        ("docker", "docker"),
        ("cri-containerd", "containerd"),
        ("crio", "cri-o"),
        ("libpod", "podman"),
        ("libpod-payload", "podman"),
        ("nerdctl", "containerd"),
    ];

    /// <summary>
    /// The container of a cgroup; null when it is the host's. A monitor of a container (conmon) belongs to the host, and so does a pod
    /// of podman's that has a bare id under libpod_parent:
    /// the host's helpers run in it.
    /// </summary>
    /// <param name="path">From the root of its hierarchy, as in /proc/PID/cgroup.</param>
    /// <param name="named">Which cgroups are containers without an id in their names.</param>
    public static ContainerCgroup? Of(string path, NamedCgroups? named = null)
    {
        ContainerCgroup? byId = ById(path);
        // Not when the id is that of the same cgroup, /NAMESPACE/<64 hex>, or of one around it.
        return named?.ContainerOf(path) is { } name && (byId is null || !name.Contains(byId.Value.Id, StringComparison.Ordinal))
            ? new ContainerCgroup(name, byId?.Id ?? "", "containerd")
            : byId;
    }

    private static ContainerCgroup? ById(ReadOnlySpan<char> path)
    {
        ContainerCgroup? outermost = null;
        ReadOnlySpan<char> parent = default;
        foreach (Range range in path.Split('/'))
        {
            ReadOnlySpan<char> name = path[range];
            if (outermost is null && name.Contains("conmon", StringComparison.Ordinal)) return null;
            if (Parse(name, parent) is { } found)
            {
                outermost = outermost is not { } outer ? found : found.Id == outer.Id ? outer : outer with { InnerId = found.Id };
            }

            parent = name;
        }

        return outermost;
    }

    private static ContainerCgroup? Parse(ReadOnlySpan<char> name, ReadOnlySpan<char> parent)
    {
        if (name.EndsWith(".scope", StringComparison.Ordinal)) name = name[..^".scope".Length];
        if (name.Length < IdLength || !IsId(name[^IdLength..])) return null;
        var id = new string(name[^IdLength..]);
        if (name.Length == IdLength) return parent.SequenceEqual("libpod_parent") ? null : new ContainerCgroup(id, "", RuntimeOf(parent));

        ReadOnlySpan<char> prefix = name[..^(IdLength + 1)];
        char separator = name[prefix.Length];
        if (separator == ':') prefix = prefix[(prefix.LastIndexOf(':') + 1)..];
        else if (separator != '-') return null;
        foreach ((string known, string runtime) in Prefixes)
        {
            if (prefix.SequenceEqual(known)) return new ContainerCgroup(id, "", runtime);
        }

        return null;
    }

    private static string RuntimeOf(ReadOnlySpan<char> parent) => parent.SequenceEqual("docker") ? "docker" : "";

    private static bool IsId(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(IdDigits);
}
