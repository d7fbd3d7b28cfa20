using System.Collections.Frozen;
using Pipeline.Domain.Events;

namespace Agents.Importers.Auditd;

/// <summary>
/// System calls by the architecture that a record names (audit.h: AUDIT_ARCH_*). Of other architectures than x86_64 the calls are known
/// that become more than a number.
/// </summary>
internal static class AuditCalls
{
    private const long X64 = 0xC000003E;
    private const long X86 = 0x40000003;
    private const long Arm64 = 0xC00000B7;

    private static readonly FrozenDictionary<int, string> X86Names = Read(
        "open 5 creat 8 link 9 unlink 10 execve 11 chdir 12 mknod 14 chmod 15 mount 21 setuid 23 ptrace 26 kill 37 "
        + "rename 38 mkdir 39 rmdir 40 setgid 46 umount2 52 chroot 61 symlink 83 truncate 92 ftruncate 93 fchmod 94 "
        + "fchown 95 clone 120 init_module 128 delete_module 129 fchdir 133 prctl 172 capset 185 vfork 190 lchown 198 "
        + "fchown 207 chown 212 setxattr 226 lsetxattr 227 fsetxattr 228 exit_group 252 openat 295 mkdirat 296 mknodat 297 "
        + "fchownat 298 unlinkat 301 renameat 302 linkat 303 symlinkat 304 fchmodat 306 unshare 310 open_by_handle_at 342 "
        + "setns 346 process_vm_writev 348 finit_module 350 renameat2 353 seccomp 354 memfd_create 356 bpf 357 execveat 358 "
        + "connect 362");

    private static readonly FrozenDictionary<int, string> Arm64Names = Read(
        "setxattr 5 lsetxattr 6 fsetxattr 7 removexattr 14 lremovexattr 15 fremovexattr 16 mknodat 33 mkdirat 34 "
        + "unlinkat 35 symlinkat 36 linkat 37 renameat 38 truncate 45 ftruncate 46 chdir 49 fchdir 50 chroot 51 fchmod 52 "
        + "fchmodat 53 fchownat 54 fchown 55 openat 56 exit_group 94 ptrace 117 kill 129 clone 220 execve 221 renameat2 276 "
        + "execveat 281 openat2 437");

    /// <summary>What the calls of a kernel are counted by.</summary>
    /// <param name="Name">Empty for a call that is only known by its number.</param>
    /// <param name="Number">In the native table of the machine; -1 when that is not known.</param>
    /// <param name="Architecture">As uname(2) gives it.</param>
    public readonly record struct Known(string Name, int Number, SyscallAbi Abi, string Architecture);

    /// <returns>Null for an architecture that is not known.</returns>
    public static Known? Of(long architecture, int number) => architecture switch
    {
        X64 => new Known(SyscallTable.NameOf(number), number, SyscallAbi.Native, "x86_64"),
        Arm64 => new Known(Arm64Names.GetValueOrDefault(number, ""), number, SyscallAbi.Native, "aarch64"),
        X86 when X86Names.TryGetValue(number, out string? name) =>
            new Known(name, SyscallTable.TryNumber(name, out int native) ? native : -1, SyscallAbi.Compat, "x86_64"),
        X86 => new Known("", -1, SyscallAbi.Compat, "x86_64"),
        _ => null,
    };

    private static FrozenDictionary<int, string> Read(string pairs)
    {
        string[] words = pairs.Split(' ');
        return words.Chunk(2).ToFrozenDictionary(pair => int.Parse(pair[1], provider: null), pair => pair[0]);
    }
}
