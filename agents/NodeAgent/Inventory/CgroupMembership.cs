using System.Text;

namespace Agents.NodeAgent.Inventory;

/// <summary>The cgroups of a process: the content of /proc/PID/cgroup (cgroups(7)).</summary>
/// <param name="Unified">Path in the version 2 hierarchy; null when there is none.</param>
/// <param name="Legacy">Paths in version 1 hierarchies with their controllers ("cpu,cpuacct", "name=systemd").</param>
internal sealed record CgroupMembership(string? Unified, IReadOnlyList<(string Controllers, string Path)> Legacy)
{
    private const string Deleted = " (deleted)";

    /// <summary>Lines that are none are passed over.</summary>
    public static CgroupMembership Parse(ReadOnlySpan<byte> content)
    {
        string? unified = null;
        var legacy = new List<(string, string)>();
        foreach (string line in Encoding.UTF8.GetString(content).Split('\n'))
        {
            // Only the first two colons divide; names of cgroups have colons of their own.
            if (line.Split(':', 3) is not [var hierarchy, var controllers, var path]) continue;
            path = path.EndsWith(Deleted, StringComparison.Ordinal) ? path[..^Deleted.Length] : path;
            if (hierarchy == "0" && controllers.Length == 0) unified = path;
            else legacy.Add((controllers, path));
        }

        return new CgroupMembership(unified, legacy);
    }

    /// <summary>
    /// The path that says most: that of a container, looked for in the unified hierarchy, then in the one of the pids controller, then in
    /// the others; else the first of these.
    /// </summary>
    /// <param name="named">Which cgroups are containers without an id in their names.</param>
    public (string Path, string Controllers, ContainerCgroup? Container) Best(NamedCgroups? named = null)
    {
        (string Controllers, string Path)[] order =
        [
            .. Unified is null ? [] : new[] { ("", Unified) },
            .. Legacy.Where(entry => HasPids(entry.Controllers)),
            .. Legacy.Where(entry => !HasPids(entry.Controllers)),
        ];
        foreach ((string controllers, string path) in order)
        {
            if (ContainerCgroup.Of(path, named) is { } container) return (path, controllers, container);
        }

        return order is [var first, ..] ? (first.Path, first.Controllers, null) : ("", "", null);
    }

    private static bool HasPids(string controllers) => controllers.Split(',').Contains("pids");
}
