namespace Pipeline.Domain.Events;

public enum MountAction : byte
{
    Unknown = 0,
    Existing = 1,
    Mounted = 2,
    Unmounted = 3,
    Moved = 4,
}

/// <summary>A row of a mount namespace's table (proc(5), mountinfo) appeared, moved or went.</summary>
public struct MountRecord
{
    public MountAction Action;
    public uint MountNs;
    public int MountId, ParentId;
    public ulong Device;

    /// <summary>Subtree of the file system that the mount shows (field 4).</summary>
    public Text Root;
    public Text MountPoint, FileSystem, Source, Options;
}
