using System.Globalization;
using System.Text;
using Agents.NodeAgent.Inventory;
using Microsoft.Win32.SafeHandles;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Hashing;

/// <summary>
/// Opens the very file that a process runs: by the kernel's own link to it, or, when the process runs another one by now, by its path from
/// the process's root, which no link within it leads out of. What is opened is only used when it is the file that was seen.
/// </summary>
internal static class ExecutableFile
{
    /// <summary>Magic number of overlayfs, statfs(2): the device that stat(2) shows of its files need not be the kernel's own.</summary>
    private const uint Overlay = 0x794c7630;

    /// <summary>Magic number of FUSE: who serves such a file can let its reader wait for ever.</summary>
    private const uint Fuse = 0x65735546;

    private const uint TypeMask = 0xf000;
    private const uint RegularFile = 0x8000;

    /// <summary>Null when it cannot be reached (any more).</summary>
    public static SafeFileHandle? Open(string proc, in ExecutableSeen seen, out FileFacts facts)
    {
        facts = default;
        if (seen.File.FileSystem == Fuse) return null;
        string process = string.Create(CultureInfo.InvariantCulture, $"{proc}/{seen.Tgid}");
        return Accept(LinuxFiles.Open(Encoding.UTF8.GetBytes(process + "/exe")), seen.File, out facts)
            ?? Accept(LinuxFiles.OpenWithin(process + "/root", seen.Path.Span), seen.File, out facts);
    }

    private static SafeFileHandle? Accept(SafeFileHandle? file, in FileReference wanted, out FileFacts facts)
    {
        facts = default;
        if (file is null) return null;
        if (LinuxFiles.Facts(file) is { } found && IsSame(found, wanted) && (found.Mode & TypeMask) == RegularFile)
        {
            facts = found;
            return file;
        }

        file.Dispose();
        return null;
    }

    private static bool IsSame(FileFacts found, in FileReference wanted) =>
        found.Inode == wanted.Inode && (found.Device == wanted.Device || found.FileSystem == Overlay);
}
