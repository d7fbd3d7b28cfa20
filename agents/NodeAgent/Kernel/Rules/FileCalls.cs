using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Kernel.Rules;

/// <summary>The calls that become events of files. Arguments are counted from 0; what was refused is reported, other failures are
/// not.</summary>
internal static class FileCalls
{
    /// <summary>ioctl(2) FS_IOC_SETFLAGS: the immutable and append-only marks.</summary>
    private const ulong SetFileFlags = 0x40086602;

    public static IReadOnlyList<CollectedCall> All { get; } =
    [
        Open(new("open", 2, 5), path: 0) with { FlagArgument = 1 },
        Open(new("openat", 257, 295), path: 1) with { DirectoryArgument = 0, FlagArgument = 2 },
        Open(new("openat2", 437, 437), path: 1) with { DirectoryArgument = 0 },
        Open(new("creat", 85, 8), path: 0),

        Written(new("write", 1, 4), descriptor: 0),
        Written(new("pwrite64", 18, 181), descriptor: 0),
        Written(new("writev", 20, 146), descriptor: 0),
        Written(new("pwritev", 296, 334), descriptor: 0),
        Written(new("pwritev2", 328, 379), descriptor: 0),
        Written(new("sendfile", 40, 187, 239), descriptor: 0),
        Written(new("copy_file_range", 326, 377), descriptor: 2),
        Descriptor(new("fallocate", 285, 324), FileOperation.Write) with { FlagArgument = 1 },
        Descriptor(new("mmap", 9, 192), FileOperation.MapSharedWritable) with
        {
            PathArgument = 4, Filter = CallFilter.Map, Value = (ulong)MapKinds.Shared, FlagArgument = 2, Results = ReportedResults.Success,
        },

        Named(new("truncate", 76, 92, 193), FileOperation.Truncate, path: 0) with { FlagArgument = 1 },
        Descriptor(new("ftruncate", 77, 93, 194), FileOperation.Truncate) with { FlagArgument = 1 },
        Named(new("unlink", 87, 10), FileOperation.Unlink, path: 0),
        Named(new("unlinkat", 263, 301), FileOperation.Unlink, path: 1) with { DirectoryArgument = 0, FlagArgument = 2 },
        Named(new("rmdir", 84, 40), FileOperation.RemoveDirectory, path: 0),
        Named(new("mkdir", 83, 39), FileOperation.MakeDirectory, path: 0) with { FlagArgument = 1 },
        Named(new("mkdirat", 258, 296), FileOperation.MakeDirectory, path: 1) with { DirectoryArgument = 0, FlagArgument = 2 },
        Named(new("mknod", 133, 14), FileOperation.MakeNode, path: 0) with { FlagArgument = 1 },
        Named(new("mknodat", 259, 297), FileOperation.MakeNode, path: 1) with { DirectoryArgument = 0, FlagArgument = 2 },

        Named(new("rename", 82, 38), FileOperation.Rename, path: 0) with { Other = PathFrom.User, OtherArgument = 1 },
        Named(new("renameat", 264, 302), FileOperation.Rename, path: 1) with
        {
            DirectoryArgument = 0, Other = PathFrom.User, OtherArgument = 3, OtherDirectory = 2,
        },
        Named(new("renameat2", 316, 353), FileOperation.Rename, path: 1) with
        {
            DirectoryArgument = 0, Other = PathFrom.User, OtherArgument = 3, OtherDirectory = 2, FlagArgument = 4,
        },
        Named(new("link", 86, 9), FileOperation.Link, path: 0) with { Other = PathFrom.User, OtherArgument = 1 },
        Named(new("linkat", 265, 303), FileOperation.Link, path: 1) with
        {
            DirectoryArgument = 0, Other = PathFrom.User, OtherArgument = 3, OtherDirectory = 2, FlagArgument = 4,
        },
        Named(new("symlink", 88, 83), FileOperation.Symlink, path: 1) with { Other = PathFrom.Plain, OtherArgument = 0 },
        Named(new("symlinkat", 266, 304), FileOperation.Symlink, path: 2) with { DirectoryArgument = 1, Other = PathFrom.Plain,
            OtherArgument = 0 },

        Named(new("chmod", 90, 15), FileOperation.ChangeMode, path: 0) with { FlagArgument = 1 },
        Descriptor(new("fchmod", 91, 94), FileOperation.ChangeMode) with { FlagArgument = 1 },
        Named(new("fchmodat", 268, 306), FileOperation.ChangeMode, path: 1) with { DirectoryArgument = 0, FlagArgument = 2 },
        Named(new("fchmodat2", 452, 452), FileOperation.ChangeMode, path: 1) with { DirectoryArgument = 0, FlagArgument = 2 },
        Named(new("chown", 92, 182, 212), FileOperation.ChangeOwner, path: 0) with { FlagArgument = 1 },
        Named(new("lchown", 94, 16, 198), FileOperation.ChangeOwner, path: 0) with { FlagArgument = 1 },
        Descriptor(new("fchown", 93, 95, 207), FileOperation.ChangeOwner) with { FlagArgument = 1 },
        Named(new("fchownat", 260, 298), FileOperation.ChangeOwner, path: 1) with { DirectoryArgument = 0, FlagArgument = 2 },
        Named(new("utime", 132, 30), FileOperation.SetTimes, path: 0),
        Named(new("utimes", 235, 271), FileOperation.SetTimes, path: 0),
        Named(new("futimesat", 261, 299), FileOperation.SetTimes, path: 1) with { DirectoryArgument = 0 },
        Named(new("utimensat", 280, 320, 412), FileOperation.SetTimes, path: 1) with { DirectoryArgument = 0 },
        Attribute(Named(new("setxattr", 188, 226), FileOperation.SetExtendedAttribute, path: 0)),
        Attribute(Named(new("lsetxattr", 189, 227), FileOperation.SetExtendedAttribute, path: 0)),
        Attribute(Descriptor(new("fsetxattr", 190, 228), FileOperation.SetExtendedAttribute)),
        Attribute(Named(new("removexattr", 197, 235), FileOperation.RemoveExtendedAttribute, path: 0)),
        Attribute(Named(new("lremovexattr", 198, 236), FileOperation.RemoveExtendedAttribute, path: 0)),
        Attribute(Descriptor(new("fremovexattr", 199, 237), FileOperation.RemoveExtendedAttribute)),
        Descriptor(new("ioctl", 16, 54), FileOperation.Other) with { Filter = CallFilter.Equal, FilterArgument = 1,
            Value = SetFileFlags, FlagArgument = 1 },

        Named(new("chdir", 80, 12), FileOperation.ChangeDirectory, path: 0) with { Path = PathFrom.WorkingDirectory, OfRuntime = true },
        Descriptor(new("fchdir", 81, 133), FileOperation.ChangeDirectory) with { OfRuntime = true },
        Named(new("chroot", 161, 61), FileOperation.ChangeRoot, path: 0) with { Path = PathFrom.Root, OfRuntime = true },
    ];

    private static CollectedCall Named(CollectedCall call, FileOperation operation, byte path) => call with
    {
        File = operation,
        Results = ReportedResults.SuccessOrDenied,
        Path = PathFrom.User,
        PathArgument = path,
    };

    private static CollectedCall Descriptor(CollectedCall call, FileOperation operation) => call with
    {
        File = operation,
        Results = ReportedResults.SuccessOrDenied,
        Path = PathFrom.Descriptor,
        PathArgument = 0,
    };

    private static CollectedCall Open(CollectedCall call, byte path) => call with
    {
        File = FileOperation.Open,
        Results = ReportedResults.SuccessDeniedOrAbsent,
        Path = PathFrom.Result,
        PathArgument = path,
        // Only those that wait for a running program to become writable (ETXTBSY), or look for what is not there, are counted together.
        Filter = CallFilter.Open,
        Burst = BurstOf.Call,
    };

    private static CollectedCall Written(CollectedCall call, byte descriptor) => call with
    {
        File = FileOperation.Write,
        Results = ReportedResults.SuccessOrDenied,
        Path = PathFrom.Descriptor,
        PathArgument = descriptor,
        Filter = CallFilter.Write,
        FilterArgument = descriptor,
        Burst = BurstOf.File,
        BurstArgument = descriptor,
    };

    private static CollectedCall Attribute(CollectedCall call) => call with { Other = PathFrom.Plain, OtherArgument = 1 };
}
