namespace Pipeline.Domain.Events;

/// <summary>Where a file really is: device and inode as the kernel has them, not a name. Zero where unknown.</summary>
public record struct FileReference
{
    /// <summary>Device number as userspace sees it in stat(2): makedev(major, minor).</summary>
    public ulong Device;

    public ulong Inode;
    public uint LinkCount;

    /// <summary>Type and permission bits, inode(7).</summary>
    public uint Mode;

    /// <summary>File-system magic number, statfs(2).</summary>
    public uint FileSystem;

    /// <summary>Mount id, first field of /proc/PID/mountinfo.</summary>
    public int MountId;

    public FileLayer Layer;
    public long Size;

    /// <summary>Change time, nanoseconds since 1970.</summary>
    public long ChangeTimeNs;
}

/// <summary>Which layer of the container a file comes from.</summary>
public enum FileLayer : byte
{
    Unknown = 0,

    /// <summary>A read-only image layer.</summary>
    Image = 1,

    /// <summary>The container's writable layer: created or changed after its start.</summary>
    Upper = 2,

    /// <summary>A mount: volume, bind, tmpfs.</summary>
    Mount = 3,

    /// <summary>memfd_create(2): no file at all.</summary>
    Memory = 4,

    /// <summary>Outside every container.</summary>
    Host = 5,
}
