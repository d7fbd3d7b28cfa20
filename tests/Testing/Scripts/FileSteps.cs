using Pipeline.Domain.Events;

namespace Testing.Scripts;

/// <summary>File operations in scripts, on files that the kernel named.</summary>
public static class FileSteps
{
    public const long ReadOnly = 0;
    public const long WriteOnly = 1;
    public const long ReadWrite = 2;
    public const long Create = 0x40;
    public const long Truncate = 0x200;

    /// <summary>A file on the host's disk, seen through a mount.</summary>
    public static FileReference OnDisk(int mountId, ulong inode = 410_009) => new()
    {
        Device = MountSteps.HostDisk,
        Inode = inode,
        MountId = mountId,
        FileSystem = MountSteps.Ext4,
        Layer = FileLayer.Mount,
        LinkCount =
            1,
        Mode = 0x81a4,
    };

    /// <summary>A file in the root that <see cref="MountSteps.ContainerMounts"/> gives a container.</summary>
    public static FileReference InRoot(ulong inode = 77, FileLayer layer = FileLayer.Upper, uint mode = 0x81a4, int mountId = 500) => new()
    {
        Device = (ulong)mountId,
        Inode = inode,
        MountId = mountId,
        FileSystem = MountSteps.OverlayFs,
        Layer = layer,
        LinkCount = 1,
        Mode =
            mode,
    };

    public static Script Opens(this Script script, string path, FileReference file, long flags = ReadOnly, long result = 3) =>
        script.Does(FileOperation.Open, path, file, flags, result);

    public static Script Writes(this Script script, string path, FileReference file, long bytes = 100) =>
        script.File(batch => new FileRecord
        {
            Operation = FileOperation.Write,
            Path = batch.AddText(path),
            RawPath = batch.AddText(path),
            File = file,
            Result = bytes,
            Bytes =
            bytes,
        });

    public static Script Closes(this Script script, string path, FileReference file) => script.Does(FileOperation.Close, path, file);

    /// <summary>An operation with a second path: the target of a rename or link, the content of a symlink, an attribute's name.</summary>
    public static Script Does(
        this Script script, FileOperation operation, string path, FileReference file = default, long flags = 0, long result = 0,
            string other = "") =>
        script.File(batch => new FileRecord
        {
            Operation = operation,
            Path = batch.AddText(path),
            RawPath = batch.AddText(path),
            OtherPath = batch.AddText(other),
            File = file,
            Flags = flags,
            Result = result,
        });
}
