using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Agents.NodeAgent.Kernel;

/// <summary>
/// The functions of libbpf 1.x (libbpf.h) and libc that loading and reading need. What fails returns a null pointer or a negative
/// number and leaves the reason in errno.
/// </summary>
internal static partial class Libbpf
{
    public const string Library = "libbpf.so.1";

    public const int ProtectRead = 1;
    public const int ProtectWrite = 2;
    public const int MapShared = 1;

    [LibraryImport(Library, EntryPoint = "bpf_object__open_mem", SetLastError = true)]
    public static unsafe partial nint OpenObject(void* content, nuint size, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_object__load", SetLastError = true)]
    public static partial int LoadObject(nint loaded);

    [LibraryImport(Library, EntryPoint = "bpf_object__close")]
    public static partial void CloseObject(nint loaded);

    [LibraryImport(Library, EntryPoint = "bpf_object__find_program_by_name", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint FindProgram(nint loaded, string name);

    [LibraryImport(Library, EntryPoint = "bpf_object__find_map_fd_by_name", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FindMapDescriptor(nint loaded, string name);

    [LibraryImport(Library, EntryPoint = "bpf_object__find_map_by_name", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint FindMap(nint opened, string name);

    [LibraryImport(Library, EntryPoint = "bpf_map__set_max_entries")]
    public static partial int SetMaxEntries(nint map, uint entries);

    [LibraryImport(Library, EntryPoint = "bpf_program__set_autoload", SetLastError = true)]
    public static partial int SetAutoload(nint program, [MarshalAs(UnmanagedType.U1)] bool load);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach", SetLastError = true)]
    public static partial nint Attach(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach_iter", SetLastError = true)]
    public static unsafe partial nint AttachIterator(nint program, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_link__fd")]
    public static partial int LinkDescriptor(nint link);

    [LibraryImport(Library, EntryPoint = "bpf_link__destroy")]
    public static partial int DestroyLink(nint link);

    [LibraryImport(Library, EntryPoint = "bpf_iter_create", SetLastError = true)]
    public static partial int CreateIterator(int link);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_elem", SetLastError = true)]
    public static unsafe partial int Lookup(int map, void* key, void* value);

    [LibraryImport(Library, EntryPoint = "bpf_map_update_elem", SetLastError = true)]
    public static unsafe partial int Update(int map, void* key, void* value, ulong flags);

    [LibraryImport(Library, EntryPoint = "libbpf_set_print")]
    public static unsafe partial void* SetPrint(delegate* unmanaged[Cdecl]<int, byte*, void*, int> print);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static unsafe partial void* Map(void* at, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static unsafe partial int Unmap(void* at, nuint length);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    public static partial int TrimHeap(nuint keep);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static unsafe partial nint Read(SafeFileHandle file, void* into, nuint length);

    [LibraryImport("libc", EntryPoint = "vsnprintf")]
    public static unsafe partial int Format(byte* into, nuint size, byte* format, void* arguments);

    public static SafeFileHandle Owned(int descriptor) => new(descriptor, ownsHandle: true);

    /// <summary>What errno says, in words, for the call that just failed.</summary>
    public static string Reason() => Marshal.GetLastPInvokeErrorMessage();
}
