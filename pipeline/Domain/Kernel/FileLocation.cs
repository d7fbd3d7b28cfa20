namespace Pipeline.Domain.Kernel;

/// <summary>Whose file it is.</summary>
public enum FileOrigin : byte
{
    /// <summary>The mount is not known.</summary>
    Unknown = 0,

    /// <summary>The container's own root: image or writable layer.</summary>
    Container = 1,

    /// <summary>A mount that belongs to the container alone: tmpfs, a volume of the runtime, what the runtime or kubelet manages for it.</summary>
    Managed = 2,

    /// <summary>A file of the host.</summary>
    Host = 3,

    /// <summary>A pseudo file system of the kernel: proc, sysfs, cgroup, debugfs, tracefs, binfmt_misc, devtmpfs.</summary>
    Pseudo = 4,

    /// <summary>No file at all: memfd, pipe, socket, anonymous inode.</summary>
    Anonymous = 5,
}

/// <summary>
/// Where a file that a task touched really is, by the mount tables and device numbers known at that position of the log, never by how its
/// path reads in the container.
/// </summary>
/// <param name="HostPath">Path on the host; empty unless <see cref="FileOrigin.Host"/> or <see cref="FileOrigin.Managed"/>.</param>
/// <param name="FileSystem">Type as mountinfo names it ("overlay", "ext4", "proc"); empty where unknown.</param>
/// <param name="PathInFileSystem">
/// Path from the root of that file system: "/sys/kernel/core_pattern" in proc whatever it is mounted on; empty where unknown.
/// </param>
public readonly record struct FileLocation(FileOrigin Origin, string HostPath, string FileSystem, string PathInFileSystem)
{
    public static FileLocation Unknown { get; } = new(FileOrigin.Unknown, "", "", "");

    /// <summary>Mount point in the namespace that the mount is in; empty while the mount is not known.</summary>
    public string MountPoint { get; init; } = "";

    /// <summary>Mount options as mountinfo has them; empty while the mount is not known.</summary>
    public string MountOptions { get; init; } = "";

    /// <summary>
    /// True when the file was reached through another container's or the host's mounts: by /proc/PID/root, an inherited or received
    /// descriptor, a file handle.
    /// </summary>
    public bool Foreign { get; init; }
}
