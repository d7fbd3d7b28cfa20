using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Agents.NodeAgent.Inventory;

/// <summary>What stat(2) and statfs(2) say of a file. The clocks are nanoseconds since 1970.</summary>
internal readonly record struct FileFacts(
    ulong Device, ulong Inode, uint LinkCount, uint Mode, long Size, long ModifiedNs, long ChangedNs, int MountId, uint FileSystem);

/// <summary>
/// Reading of files, links and their facts where names are bytes, and where a file that has gone is nothing unusual. Safe from any thread.
/// </summary>
internal static unsafe partial class LinuxFiles
{
    private const int CurrentDirectory = -100;
    private const uint BasicFacts = 0x7ff;
    private const uint WithMountId = 0x1000;
    private const int StructBytes = 256;
    private const int LongestLink = 4096;
    private const int ClockTicks = 2;
    private const int EmptyPath = 0x1000;

    /// <summary>AT_STATX_DONT_SYNC: asks no server of a network or user-space file system, which may not answer.</summary>
    private const int AsKnown = 0x4000;

    /// <summary>O_RDONLY, O_NONBLOCK, O_NOCTTY and O_CLOEXEC of open(2).</summary>
    private const int OpenReadOnly = 0x800 | 0x100 | 0x80000;

    /// <summary>openat2(2), Linux 5.6; the number is the same on every architecture.</summary>
    private const long OpenAt2Number = 437;
    private const ulong ResolveInRoot = 0x10;
    private const ulong ResolveNoMagicLinks = 0x02;

    /// <summary>PRIO_PROCESS of setpriority(2), which on Linux is about one thread.</summary>
    private const int PriorityOfThread = 0;
    private const int LowestPriority = 19;
    private const int RaisedPriority = -10;

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary>Clock ticks in a second, as /proc counts them.</summary>
    public static long TicksPerSecond { get; } = Math.Max(1, SysConf(ClockTicks));

    /// <summary>The first <paramref name="most"/> bytes of a file; null when it cannot be read (any more).</summary>
    public static byte[]? Read(string path, int most)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            byte[] content = new byte[Math.Min(most, 4096)];
            int length = 0;
            while (length < most)
            {
                if (length == content.Length) Array.Resize(ref content, (int)Math.Min((long)content.Length * 2, most));
                int read = file.Read(content, length, content.Length - length);
                if (read == 0) break;
                length += read;
            }

            return content.AsSpan(0, length).ToArray();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where a symbolic link points to, as bytes; null when there is none or it cannot be read.</summary>
    public static byte[]? ReadLink(string path)
    {
        byte* target = stackalloc byte[LongestLink];
        fixed (byte* name = Name(Encoding.UTF8.GetBytes(path)))
        {
            nint length = ReadLink(name, target, LongestLink);
            return length < 0 ? null : new ReadOnlySpan<byte>(target, (int)length).ToArray();
        }
    }

    /// <summary>The number in a namespace's link, "mnt:[4026531832]"; 0 when it cannot be read.</summary>
    public static uint NamespaceOf(string path)
    {
        if (ReadLink(path) is not { } target) return 0;
        int open = target.AsSpan().IndexOf((byte)'[');
        return open >= 0 && System.Buffers.Text.Utf8Parser.TryParse(target.AsSpan(open + 1), out uint number, out _) ? number : 0;
    }

    public static FileFacts? Facts(string path) => Facts(Encoding.UTF8.GetBytes(path));

    /// <summary>Of the file that the path leads to, links followed; null when it cannot be reached.</summary>
    public static FileFacts? Facts(ReadOnlySpan<byte> path)
    {
        byte* facts = stackalloc byte[StructBytes];
        byte* system = stackalloc byte[StructBytes];
        fixed (byte* name = Name(path))
        {
            if (StatX(CurrentDirectory, name, AsKnown, BasicFacts | WithMountId, facts) != 0) return null;
            uint magic = StatFs(name, system) == 0 ? *(uint*)system : 0;
            return Parse(new ReadOnlySpan<byte>(facts, StructBytes), magic);
        }
    }

    /// <summary>Of a file that is open.</summary>
    public static FileFacts? Facts(SafeFileHandle file)
    {
        byte* facts = stackalloc byte[StructBytes];
        byte* system = stackalloc byte[StructBytes];
        byte nothing = 0;
        if (StatX((int)file.DangerousGetHandle(), &nothing, EmptyPath, BasicFacts | WithMountId, facts) != 0) return null;
        uint magic = FStatFs(file, system) == 0 ? *(uint*)system : 0;
        return Parse(new ReadOnlySpan<byte>(facts, StructBytes), magic);
    }

    /// <summary>Opens a file for reading; null when it cannot be. Neither waits for a pipe's other end nor takes a terminal.</summary>
    public static SafeFileHandle? Open(ReadOnlySpan<byte> path)
    {
        fixed (byte* name = Name(path)) return Opened(Open(name, OpenReadOnly));
    }

    /// <summary>
    /// As <see cref="Open(ReadOnlySpan{byte})"/>, with <paramref name="root"/> as the root of the path and of all links on it.
    /// </summary>
    public static SafeFileHandle? OpenWithin(string root, ReadOnlySpan<byte> path)
    {
        using SafeFileHandle? directory = Open(Encoding.UTF8.GetBytes(root));
        if (directory is null) return null;
        var how = new OpenHow { Flags = OpenReadOnly, Resolve = ResolveInRoot | ResolveNoMagicLinks };
        fixed (byte* name = Name(path)) return Opened((int)OpenAt2(OpenAt2Number, directory, name, &how, sizeof(OpenHow)));
    }

    /// <summary>Gives the calling thread the least of the processor.</summary>
    public static void LowerOwnPriority() => _ = SetPriority(PriorityOfThread, 0, LowestPriority);

    /// <summary>Gives the calling thread the processor before most others, where the agent's rights allow it (CAP_SYS_NICE).</summary>
    public static void RaiseOwnPriority() => _ = SetPriority(PriorityOfThread, 0, RaisedPriority);

    private static SafeFileHandle? Opened(int descriptor) => descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);

    /// <summary>struct statx of linux/stat.h, the same on every architecture.</summary>
    private static FileFacts Parse(ReadOnlySpan<byte> facts, uint magic) => new(
        MountRow.DeviceNumber(MemoryMarshal.Read<uint>(facts[136..]), MemoryMarshal.Read<uint>(facts[140..])),
        MemoryMarshal.Read<ulong>(facts[32..]),
        MemoryMarshal.Read<uint>(facts[16..]),
        MemoryMarshal.Read<ushort>(facts[28..]),
        MemoryMarshal.Read<long>(facts[40..]),
        Nanoseconds(facts[112..]),
        Nanoseconds(facts[96..]),
        (int)MemoryMarshal.Read<ulong>(facts[144..]),
        magic);

    private static long Nanoseconds(ReadOnlySpan<byte> stamp) =>
        MemoryMarshal.Read<long>(stamp) * 1_000_000_000 + MemoryMarshal.Read<uint>(stamp[8..]);

    private static byte[] Name(ReadOnlySpan<byte> path) => [.. path, 0];

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true)]
    private static partial nint ReadLink(byte* path, byte* target, nint size);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatX(int directory, byte* path, int flags, uint mask, byte* facts);

    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true)]
    private static partial int StatFs(byte* path, byte* facts);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int FStatFs(SafeFileHandle file, byte* facts);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int Open(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long OpenAt2(long number, SafeFileHandle directory, byte* path, OpenHow* how, nint size);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int who, int priority);

    [LibraryImport("libc", EntryPoint = "sysconf")]
    private static partial long SysConf(int name);
}
