namespace Pipeline.Domain.Kernel.Mounts;

/// <summary>One mount: a row of /proc/PID/mountinfo (proc(5)).</summary>
/// <param name="Device">Device number as stat(2) gives it, of the file system's super block.</param>
/// <param name="Root">Subtree of the file system that is shown (field 4).</param>
/// <param name="Point">Where, from the root of the namespace (field 5).</param>
/// <param name="FileSystem">Type as the kernel names it.</param>
internal sealed record MountRow(
    int Id, int ParentId, uint Namespace, ulong Device, string Root, string Point, string FileSystem, string Source, string Options)
{
    /// <summary>
    /// File systems whose files have other device numbers than the mount: btrfs one for each subvolume, overlay those of its layers.
    /// </summary>
    public bool MayOwn(ulong device) => device == 0 || device == Device || FileSystem is "btrfs" or "overlay";
}
