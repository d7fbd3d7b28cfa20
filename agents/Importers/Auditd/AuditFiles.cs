using System.Collections.Frozen;
using Pipeline.Domain.Events;

namespace Agents.Importers.Auditd;

/// <summary>System calls that do something to a file, with the path records that go with them.</summary>
internal sealed class AuditFiles(EventWriter writer)
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const long CreatFlags = 0x241; // O_CREAT | O_WRONLY | O_TRUNC, creat(2)
    private const long RemoveDirectoryFlag = 0x200; // AT_REMOVEDIR, unlinkat(2)

    /// <summary>
    /// What each does, and which of its arguments has the flags, mode or owner; -1 for none. Calls that end in "at" begin with a directory.
    /// </summary>
    private static readonly FrozenDictionary<string, (FileOperation Operation, int Flags)> Calls =
        new Dictionary<string, (FileOperation, int)>
        {
            ["open"] = (FileOperation.Open, 1),
            ["openat"] = (FileOperation.Open, 2),
            ["openat2"] = (FileOperation.Open, -1),
            ["creat"] = (FileOperation.Open, -1),
            ["truncate"] = (FileOperation.Truncate, -1),
            ["ftruncate"] = (FileOperation.Truncate, -1),
            ["rename"] = (FileOperation.Rename, -1),
            ["renameat"] = (FileOperation.Rename, -1),
            ["renameat2"] = (FileOperation.Rename, -1),
            ["link"] = (FileOperation.Link, -1),
            ["linkat"] = (FileOperation.Link, -1),
            ["symlink"] = (FileOperation.Symlink, -1),
            ["symlinkat"] = (FileOperation.Symlink, -1),
            ["unlink"] = (FileOperation.Unlink, -1),
            ["unlinkat"] = (FileOperation.Unlink, 2),
            ["mkdir"] = (FileOperation.MakeDirectory, 1),
            ["mkdirat"] = (FileOperation.MakeDirectory, 2),
            ["rmdir"] = (FileOperation.RemoveDirectory, -1),
            ["mknod"] = (FileOperation.MakeNode, 1),
            ["mknodat"] = (FileOperation.MakeNode, 2),
            ["chmod"] = (FileOperation.ChangeMode, 1),
            ["fchmod"] = (FileOperation.ChangeMode, 1),
            ["fchmodat"] = (FileOperation.ChangeMode, 2),
            ["chown"] = (FileOperation.ChangeOwner, 1),
            ["fchown"] = (FileOperation.ChangeOwner, 1),
            ["lchown"] = (FileOperation.ChangeOwner, 1),
            ["fchownat"] = (FileOperation.ChangeOwner, 2),
            ["setxattr"] = (FileOperation.SetExtendedAttribute, -1),
            ["lsetxattr"] = (FileOperation.SetExtendedAttribute, -1),
            ["fsetxattr"] = (FileOperation.SetExtendedAttribute, -1),
            ["removexattr"] = (FileOperation.RemoveExtendedAttribute, -1),
            ["lremovexattr"] = (FileOperation.RemoveExtendedAttribute, -1),
            ["fremovexattr"] = (FileOperation.RemoveExtendedAttribute, -1),
            ["chdir"] = (FileOperation.ChangeDirectory, -1),
            ["fchdir"] = (FileOperation.ChangeDirectory, -1),
            ["chroot"] = (FileOperation.ChangeRoot, -1),
        }.ToFrozenDictionary();

    public static bool Handles(string name) => Calls.ContainsKey(name);

    /// <summary>For what <see cref="Handles"/>, after the writer was set to the event's time.</summary>
    public void Map(TaskSnapshot task, AuditEvent audit, string name, in SyscallArguments arguments, long result)
    {
        (FileOperation operation, int place) = Calls[name];
        long flags = name == "creat" ? CreatFlags : place >= 0 ? arguments[place] : 0;
        if (operation == FileOperation.Unlink && name == "unlinkat" && (flags & RemoveDirectoryFlag) != 0)
            operation = FileOperation.RemoveDirectory;
        (AuditRecord? file, AuditRecord? other) = Choose(audit, operation);
        if (operation == FileOperation.Open && IsOfType(file, "CREATE")) operation = FileOperation.Create;
        byte[] raw = file?.Text("name"u8) ?? [];
        byte[] directory = audit.Find("CWD")?.Text("cwd"u8) ?? [];
        bool isAt = name.Contains("at", StringComparison.Ordinal) && name is not ("creat" or "truncate" or "ftruncate");
        if (isAt && (int)arguments[0] != CurrentDirectory) directory = [];
        byte[] second = other?.Text("name"u8) ?? [];
        writer.File(task, new FileRecord
        {
            Operation = operation,
            Path = writer.Text(result >= 0 ? Paths.Resolve(directory, raw) : raw),
            RawPath = writer.Text(raw),
            OtherPath = writer.Text(operation == FileOperation.Symlink || result < 0 ? second : Paths.Resolve(directory, second)),
            File = Reference(file),
            Flags = flags,
            Result = result,
            Count = 1,
        });
    }

    /// <summary>
    /// The path records of an event: parents, then what was there (NORMAL), came (CREATE) or went (DELETE). Old kernels do not say which;
    /// then the last one counts.
    /// </summary>
    private static (AuditRecord? File, AuditRecord? Other) Choose(AuditEvent audit, FileOperation operation)
    {
        AuditRecord? normal = null, created = null, deleted = null, unknown = null, last = null;
        foreach (AuditRecord path in audit.Paths)
        {
            if (IsOfType(path, "PARENT")) continue;
            last = path;
            if (IsOfType(path, "CREATE")) created = path;
            else if (IsOfType(path, "DELETE")) deleted ??= path;
            else if (IsOfType(path, "NORMAL")) normal ??= path;
            else unknown ??= path;
        }

        return operation switch
        {
            FileOperation.Rename => (deleted ?? last, created),
            FileOperation.Link => (normal ?? last, created),
            FileOperation.Symlink => (created ?? last, unknown),
            FileOperation.Unlink or FileOperation.RemoveDirectory => (deleted ?? last, null),
            _ => (created ?? normal ?? last, null),
        };
    }

    private static bool IsOfType(AuditRecord? path, string type)
    {
        if (path is null) return false;
        ReadOnlySpan<byte> written = path.Raw("nametype"u8);
        if (written.IsEmpty) written = path.Raw("objtype"u8);
        return written.SequenceEqual(System.Text.Encoding.ASCII.GetBytes(type));
    }

    public static FileReference Reference(AuditRecord? path)
    {
        if (path is null) return default;
        return new FileReference
        {
            Inode = (ulong)(path.Number("inode"u8) ?? 0),
            Device = Device(path.Raw("dev"u8)),
            Mode = (uint)Octal(path.Raw("mode"u8)),
        };
    }

    /// <summary>major:minor in hexadecimal digits, as makedev(3) puts them together.</summary>
    private static ulong Device(ReadOnlySpan<byte> text)
    {
        int colon = text.IndexOf((byte)':');
        if (colon < 0
            || !System.Buffers.Text.Utf8Parser.TryParse(text[..colon], out uint major, out _, 'x')
            || !System.Buffers.Text.Utf8Parser.TryParse(text[(colon + 1)..], out uint minor, out _, 'x')) return 0;
        return ((ulong)major & 0xFFFFF000) << 32 | ((ulong)major & 0xFFF) << 8 | ((ulong)minor & 0xFFFFFF00) << 12 | (minor & 0xFF);
    }

    private static long Octal(ReadOnlySpan<byte> digits)
    {
        long value = 0;
        foreach (byte digit in digits[..Math.Min(digits.Length, 10)])
        {
            if (digit is < (byte)'0' or > (byte)'7') return 0;
            value = value * 8 + (digit - '0');
        }

        return value;
    }
}
