using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Pipeline.Domain.Kernel.Mounts;

/// <summary>One mount namespace at a position of the log. Immutable; what is derived from it is worked out when first asked for.</summary>
internal sealed class MountNamespace
{
    private readonly ConcurrentDictionary<(ulong Device, string Path), string?> _paths = new();
    private MountRow? _root;
    private FrozenDictionary<ulong, ImmutableArray<MountRow>>? _byDevice;

    public MountNamespace(uint number, string containerId, ImmutableDictionary<int, MountRow> rows)
    {
        Number = number;
        ContainerId = containerId;
        Rows = rows;
    }

    /// <summary>Inode of /proc/PID/ns/mnt.</summary>
    public uint Number { get; }

    /// <summary>The container whose tasks were seen in it; empty for the host's and for none.</summary>
    public string ContainerId { get; }

    public ImmutableDictionary<int, MountRow> Rows { get; }

    public bool Has(ulong device) => ByDevice.ContainsKey(device);

    /// <summary>The mount at "/": of several on top of each other the uppermost. Null while it was not announced.</summary>
    public MountRow? Root => _root ??= FindRoot();

    /// <summary>
    /// Where a file can be seen here, by the file system that it is on and its path there. It may be seen in several places (a bind mount
    /// of /etc elsewhere, the whole disk below /sysroot): the one with the fewest components is what it is known by. Asked for the roots
    /// of mounts, which are few, so that answers are kept.
    /// </summary>
    public string? PathOf(ulong device, string pathInFileSystem) =>
        _paths.GetOrAdd((device, pathInFileSystem), static (file, here) => here.FindPath(file.Device, file.Path), this);

    /// <summary>The mount that a path leads into, if no symbolic link is on the way.</summary>
    public MountRow? At(string path)
    {
        MountRow? best = null;
        foreach (MountRow row in Rows.Values)
        {
            if (MountPath.Covers(row.Point, path) && (best is null || row.Point.Length > best.Point.Length || row.ParentId == best.Id)) best = row;
        }

        return best;
    }

    public MountNamespace With(MountRow row) => new(Number, ContainerId, Rows.SetItem(row.Id, row));

    public MountNamespace Without(int mountId) => new(Number, ContainerId, Rows.Remove(mountId));

    public MountNamespace Of(string containerId) => new(Number, containerId, Rows);

    // Threads that race here work out the same.
    private FrozenDictionary<ulong, ImmutableArray<MountRow>> ByDevice => _byDevice ??= Rows.Values
        .GroupBy(row => row.Device).ToFrozenDictionary(rows => rows.Key, rows => rows.ToImmutableArray());

    private string? FindPath(ulong device, string pathInFileSystem)
    {
        if (!ByDevice.TryGetValue(device, out ImmutableArray<MountRow> rows)) return null;
        string? best = null;
        foreach (MountRow row in rows)
        {
            if (!MountPath.Covers(row.Root, pathInFileSystem)) continue;
            string path = MountPath.Join(row.Point, MountPath.Below(row.Root, pathInFileSystem));
            if (best is null || IsBetter(path, best)) best = path;
        }

        return best;
    }

    private static bool IsBetter(string path, string than)
    {
        int components = path.AsSpan().Count('/').CompareTo(than.AsSpan().Count('/'));
        return components != 0 ? components < 0
            : path.Length != than.Length ? path.Length < than.Length
            : string.CompareOrdinal(path, than) < 0;
    }

    private MountRow? FindRoot()
    {
        MountRow[] roots = [.. Rows.Values.Where(row => row.Point == "/")];
        return Array.Find(roots, root => !Array.Exists(roots, other => other != root && other.ParentId == root.Id));
    }
}
