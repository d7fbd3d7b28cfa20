using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Archive.Stores;

/// <summary>Flushes the names in a directory to the disk, which .NET has no call for. Thread-safe.</summary>
internal static partial class DirectoryFlush
{
    /// <summary>To be read, and not inherited.</summary>
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <exception cref="IOException">The system refuses.</exception>
    public static void Flush(string directory)
    {
        if (!OperatingSystem.IsLinux()) return;
        using SafeFileHandle handle = Open(directory, ReadOnlyCloseOnExec);
        if (handle.IsInvalid || FSync(handle) != 0)
            throw new IOException($"the directory {directory} cannot be flushed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);
}
