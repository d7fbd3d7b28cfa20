using System.Collections.Frozen;
using Pipeline.Domain.Events;

namespace Agents.Importers.Scap;

/// <summary>System calls that do something to a file by its path or descriptor.</summary>
internal sealed class FileEvents(EventWriter writer)
{
    private const long CreatFlags = 0x241; // O_CREAT | O_WRONLY | O_TRUNC, creat(2)
    private const long RemoveDirectoryFlag = 0x200; // AT_REMOVEDIR, unlinkat(2)

    private static readonly FrozenDictionary<string, FileCall> Calls = new FileCall[]
    {
        new("open", FileOperation.Open, "name", Result: "fd", Flags: "flags"),
        new("openat", FileOperation.Open, "name", "dirfd", Result: "fd", Flags: "flags"),
        new("openat2", FileOperation.Open, "name", "dirfd", Result: "fd", Flags: "flags"),
        new("creat", FileOperation.Open, "name", Result: "fd"),
        new("mkdir", FileOperation.MakeDirectory, "path", Flags: "mode"),
        new("mkdirat", FileOperation.MakeDirectory, "path", "dirfd", Flags: "mode"),
        new("rmdir", FileOperation.RemoveDirectory, "path"),
        new("link", FileOperation.Link, "oldpath", Other: "newpath"),
        new("linkat", FileOperation.Link, "oldpath", "olddir", "newpath", "newdir", Flags: "flags"),
        new("unlink", FileOperation.Unlink, "path"),
        new("unlinkat", FileOperation.Unlink, "name", "dirfd", Flags: "flags"),
        new("rename", FileOperation.Rename, "oldpath", Other: "newpath"),
        new("renameat", FileOperation.Rename, "oldpath", "olddirfd", "newpath", "newdirfd"),
        new("renameat2", FileOperation.Rename, "oldpath", "olddirfd", "newpath", "newdirfd", Flags: "flags"),
        new("symlink", FileOperation.Symlink, "linkpath", Other: "target"),
        new("symlinkat", FileOperation.Symlink, "linkpath", "linkdirfd", "target"),
        new("chmod", FileOperation.ChangeMode, "filename", Flags: "mode"),
        new("fchmodat", FileOperation.ChangeMode, "filename", "dirfd", Flags: "mode"),
        new("fchmod", FileOperation.ChangeMode, null, Descriptor: "fd", Flags: "mode"),
        new("chown", FileOperation.ChangeOwner, "path", Flags: "uid"),
        new("lchown", FileOperation.ChangeOwner, "path", Flags: "uid"),
        new("fchown", FileOperation.ChangeOwner, null, Descriptor: "fd", Flags: "uid"),
        new("fchownat", FileOperation.ChangeOwner, "pathname", "dirfd", Flags: "uid"),
        new("mknod", FileOperation.MakeNode, "path", Flags: "mode"),
        new("mknodat", FileOperation.MakeNode, "path", "dirfd", Flags: "mode"),
        new("chdir", FileOperation.ChangeDirectory, "path"),
        new("fchdir", FileOperation.ChangeDirectory, null, Descriptor: "fd"),
        new("chroot", FileOperation.ChangeRoot, "path"),
    }.ToFrozenDictionary(call => call.Name);

    public static bool Handles(string name) => Calls.ContainsKey(name);

    public Outcome Map(Call call)
    {
        FileCall shape = Calls[call.Name];
        if (!call.Exit.TryInt(shape.Result, out long result)) return Outcome.Unmapped;
        call.TryInt("dev", out long device);
        call.Exit.TryInt("ino", out long inode);
        byte[] path = shape.Path is { } name ? call.Path(name, shape.Directory) : PathOf(call, shape.Descriptor!);
        ReadOnlySpan<byte> raw = shape.Path is { } argument ? call.Text(argument) : default;
        long flags = FlagsOf(call, shape);
        writer.At(call.Exit.WallNs);
        writer.File(call.Thread.Task, new FileRecord
        {
            Operation = call.Name == "unlinkat" && (flags & RemoveDirectoryFlag) != 0 ? FileOperation.RemoveDirectory : shape.Operation,
            Path = writer.Text(result >= 0 ? path : raw),
            RawPath = writer.Text(raw),
            OtherPath = writer.Text(Other(call, shape, result)),
            File = new FileReference { Device = (ulong)device, Inode = (ulong)inode },
            Flags = flags,
            Result = result,
            Count = 1,
        });
        if (result >= 0) Follow(call.Thread, shape.Operation, result, path);
        return Outcome.Mapped;
    }

    private static byte[] PathOf(Call call, string descriptor) =>
        call.TryInt(descriptor, out long number) ? call.Thread.Descriptors.PathOf(number) : [];

    private static long FlagsOf(Call call, FileCall shape)
    {
        if (shape.Flags is null) return call.Name == "creat" ? CreatFlags : 0;
        call.TryInt(shape.Flags, out long flags);
        return shape.Operation == FileOperation.Open ? Flags.Open(flags) : flags;
    }

    /// <summary>The content of a symlink is no path of its own: it is looked up later, and from elsewhere.</summary>
    private static ReadOnlySpan<byte> Other(Call call, FileCall shape, long result)
    {
        if (shape.Other is null) return default;
        return result >= 0 && shape.Operation != FileOperation.Symlink
            ? call.Path(shape.Other, shape.OtherDirectory)
            : call.Text(shape.Other);
    }

    private static void Follow(ThreadState thread, FileOperation operation, long result, byte[] path)
    {
        if (operation == FileOperation.Open) thread.Descriptors.Set(result, DescriptorKind.File, path);
        else if (operation == FileOperation.ChangeDirectory && path.Length > 0) thread.Directory = path;
    }

    private sealed record FileCall(
        string Name, FileOperation Operation, string? Path, string? Directory = null, string? Other = null, string? OtherDirectory = null,
        string? Descriptor = null, string Result = "res", string? Flags = null);
}
