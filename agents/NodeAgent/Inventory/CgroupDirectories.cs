using System.Text;

namespace Agents.NodeAgent.Inventory;

/// <summary>
/// Where the hierarchies of cgroups are mounted; gives the ids of cgroups, which are the inode numbers of their directories.
/// </summary>
internal sealed class CgroupDirectories
{
    private readonly string? _unified;
    private readonly List<(string[] Options, string Path)> _legacy = [];

    /// <param name="table">The agent's own mount table.</param>
    public CgroupDirectories(IEnumerable<MountRow> table)
    {
        foreach (MountRow row in table)
        {
            string path = Encoding.UTF8.GetString(row.MountPoint);
            if (row.FileSystem.AsSpan().SequenceEqual("cgroup2"u8)) _unified ??= path;
            else if (row.FileSystem.AsSpan().SequenceEqual("cgroup"u8)) _legacy.Add((OptionsOf(row), path));
        }
    }

    private static string[] OptionsOf(MountRow row) => Encoding.UTF8.GetString(row.Options).Split(',');

    /// <summary>0 where it cannot be known.</summary>
    /// <param name="controllers">As in /proc/PID/cgroup; empty for the unified hierarchy.</param>
    public ulong IdOf(string controllers, string path)
    {
        string? root = controllers.Length == 0
            ? _unified
            : _legacy.Find(entry => controllers.Split(',').All(controller => entry.Options.Contains(controller))).Path;
        return root is not null && LinuxFiles.Facts(root + path) is { } facts ? facts.Inode : 0;
    }
}
