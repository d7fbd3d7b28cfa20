namespace Pipeline.Domain.Events;

public enum FileOperation : byte
{
    Unknown = 0,
    Open = 1,
    Create = 2,
    Write = 3,
    Truncate = 4,
    Rename = 5,
    Link = 6,
    Symlink = 7,
    Unlink = 8,
    MakeDirectory = 9,
    RemoveDirectory = 10,
    MakeNode = 11,
    ChangeMode = 12,
    ChangeOwner = 13,
    SetExtendedAttribute = 14,
    RemoveExtendedAttribute = 15,
    SetTimes = 16,
    MapSharedWritable = 17,
    Close = 18,

    /// <summary>The agent computed the digest of a file, off the hot path: <see cref="FileRecord.Sha256"/> is set.</summary>
    Hashed = 19,
    ChangeDirectory = 20,
    ChangeRoot = 21,
    Other = 22,
}

/// <summary>Something was done to a file, successfully or not.</summary>
public struct FileRecord
{
    public FileOperation Operation;

    /// <summary>Path resolved by the kernel, from the root of the task's mount namespace; the raw argument when the call failed.</summary>
    public Text Path;

    /// <summary>The argument as it was given.</summary>
    public Text RawPath;

    /// <summary>Second path: the target of a rename or link, the content of a symlink, the name of an extended attribute.</summary>
    public Text OtherPath;

    public bool PathTruncated;
    public FileReference File;

    /// <summary>open(2) flags, the new mode or owner, or the call's own flags.</summary>
    public long Flags;

    /// <summary>What the system call returned: &gt;= 0, or -errno.</summary>
    public long Result;

    /// <summary>Bytes written, where counted.</summary>
    public long Bytes;

    /// <summary>How many equal operations this stands for (burst aggregation); at least 1.</summary>
    public long Count;

    /// <summary>32 bytes for <see cref="FileOperation.Hashed"/>; empty otherwise.</summary>
    public Text Sha256;
}
