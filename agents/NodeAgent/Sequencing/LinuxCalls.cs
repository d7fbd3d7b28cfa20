using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace Agents.NodeAgent.Sequencing;

/// <summary>The few Linux calls that the base class library does not give, or gives without their errors.</summary>
internal static partial class LinuxCalls
{
    /// <summary>CLOCK_BOOTTIME of clock_gettime(2): monotonic, and counting while the machine sleeps.</summary>
    private const int ClockBootTime = 7;

    private const int OpenReadOnly = 0;
    private const int OpenDirectory = 0x10000;
    private const int OpenCloseOnExec = 0x80000;

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    /// <summary>CLOCK_BOOTTIME in nanoseconds.</summary>
    public static long BootTimeNs()
    {
        if (ClockGetTime(ClockBootTime, out TimeSpec time) != 0)
            throw new InvalidOperationException(Reason("clock_gettime(CLOCK_BOOTTIME)"));
        return time.Seconds * 1_000_000_000L + time.Nanoseconds;
    }

    /// <summary>Makes a file's content durable; the reason when that failed. .NET's own flush to disk swallows the error.</summary>
    public static string? Sync(SafeFileHandle file) => FSync(file) == 0 ? null : Reason("fsync");

    /// <summary>Makes the names in a directory durable (a rename or unlink that went before); the reason when that failed.</summary>
    public static string? SyncDirectory(string path)
    {
        using SafeFileHandle directory = Open(path, OpenReadOnly | OpenDirectory | OpenCloseOnExec);
        return directory.IsInvalid ? Reason("open") : Sync(directory);
    }

    private static string Reason(string call) => $"{call}: {Marshal.GetLastPInvokeErrorMessage()}";

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);
}
