using Pipeline.Domain.Events;

namespace Pipeline.Detection.Files;

/// <summary>What a file operation does to what it names.</summary>
[Flags]
public enum FileAction
{
    None = 0,

    /// <summary>Opened for reading; also a directory to list it.</summary>
    Read = 1,

    /// <summary>Opened for writing, and no more yet.</summary>
    OpenForWrite = 2,

    /// <summary>Content changed: written, truncated, mapped for writing.</summary>
    Modify = 4,
    Create = 8,
    Delete = 16,

    /// <summary>Renamed away, or another file renamed onto it.</summary>
    Move = 32,

    /// <summary>Mode, owner, times or extended attributes changed.</summary>
    Attributes = 64,
    Execute = 128,

    Change = OpenForWrite | Modify | Create | Delete | Move | Attributes,
    Any = Read | Change | Execute,
}

/// <summary>Reads file events. Flags as in open(2) and rename(2) on x86_64 and arm64, which agree on these.</summary>
internal static class FileActions
{
    private const long AccessMode = 3;
    private const long ReadOnly = 0;
    private const long Exclusive = 0xc0; // O_CREAT and O_EXCL
    private const long Truncate = 0x200;
    private const long PathOnly = 0x200000;
    private const long Exchange = 2;

    /// <summary>What happened to <see cref="FileRecord.Path"/>. A path that was merely looked at (stat, O_PATH) is none.</summary>
    public static FileAction OnPath(in FileRecord file) => file.Operation switch
    {
        FileOperation.Open => OnOpen(file.Flags),
        FileOperation.Create => FileAction.Create,
        FileOperation.Write or FileOperation.Truncate or FileOperation.MapSharedWritable => FileAction.Modify,
        FileOperation.Rename => IsExchange(file) ? FileAction.Move | FileAction.Modify : FileAction.Move,
        FileOperation.Link => FileAction.Read,
        FileOperation.Symlink or FileOperation.MakeDirectory or FileOperation.MakeNode => FileAction.Create,
        FileOperation.Unlink or FileOperation.RemoveDirectory => FileAction.Delete,
        FileOperation.ChangeMode or FileOperation.ChangeOwner or FileOperation.SetTimes
            or FileOperation.SetExtendedAttribute or FileOperation.RemoveExtendedAttribute => FileAction.Attributes,
        _ => FileAction.None,
    };

    /// <summary>What happened to <see cref="FileRecord.OtherPath"/>, where that is a path that is changed.</summary>
    public static FileAction OnOtherPath(in FileRecord file) => file.Operation switch
    {
        FileOperation.Rename => FileAction.Move | FileAction.Modify,
        FileOperation.Link => FileAction.Create,
        _ => FileAction.None,
    };

    public static bool IsExchange(in FileRecord file) => file.Operation == FileOperation.Rename && (file.Flags & Exchange) != 0;

    private static FileAction OnOpen(long flags) =>
        (flags & PathOnly) != 0 ? FileAction.None
        : (flags & Exclusive) == Exclusive ? FileAction.Create
        : (flags & Truncate) != 0 ? FileAction.Modify
        : (flags & AccessMode) == ReadOnly ? FileAction.Read
        : FileAction.OpenForWrite;
}
