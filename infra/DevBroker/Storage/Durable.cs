using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DevBroker.Storage;

/// <summary>
/// Forces files and directories to disk and tells the truth about it: on Linux .NET's own flush methods report success when
/// <c>fsync</c> fails, so the system call is made here and its result is checked.
/// </summary>
internal static partial class Durable
{
    private const int ReadOnlyDirectory = 0x10000;

    /// <exception cref="IOException">The system could not promise that the data is on disk; it may be lost already.</exception>
    public static void Flush(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux()) RandomAccess.FlushToDisk(file);
        else if (FlushData(file) != 0) throw Failed("fdatasync");
    }

    /// <summary>Makes creations, renames and deletions inside a directory durable.</summary>
    public static void FlushDirectory(string path)
    {
        if (!OperatingSystem.IsLinux()) return;
        int descriptor = Open(path, ReadOnlyDirectory);
        if (descriptor < 0) throw Failed("open");
        using var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        if (FlushAll(directory) != 0) throw Failed("fsync");
    }

    /// <summary>Replaces a small file so that after a crash either the old or the new content is there, whole.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content, bool flush)
    {
        string next = path + "~";
        using (SafeFileHandle file = File.OpenHandle(next, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, content, 0);
            if (flush) Flush(file);
        }

        File.Move(next, path, overwrite: true);
        if (flush) FlushDirectory(Path.GetDirectoryName(path)!);
    }

    private static IOException Failed(string call) => new($"{call} failed: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FlushData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushAll(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
