using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.Detection.HighRiskSystemCall;

/// <summary>
/// The built-in table. Flags and commands are those of the kernel's own headers (include/uapi/linux: ptrace.h, sched.h, reboot.h, bpf.h,
/// mount.h, quota.h, personality.h); "refused" is what Docker's default seccomp profile and capabilities do.
/// </summary>
internal static class SystemCallTable
{
    private const Severity L = Severity.Low, M = Severity.Medium, H = Severity.High, C = Severity.Critical;

    /// <summary>Escape to the host.</summary>
    private static readonly ImmutableArray<string> Escape = ["T1611"];

    /// <summary>Process injection by ptrace, and otherwise.</summary>
    private static readonly ImmutableArray<string> Ptrace = ["T1055.008"], Injection = ["T1055"];

    private static readonly ImmutableArray<string> Module = ["T1547.006"], Shutdown = ["T1529"], Impair = ["T1562.001"],
        Discover = ["T1082"];

    /// <summary>Exploiting a weakness of the kernel.</summary>
    private static readonly ImmutableArray<string> Exploit = ["T1068"];

    /// <summary>File systems with a life outside of the mount: devices, the kernel's interfaces, other layers.</summary>
    private static readonly ImmutableArray<string> Dangerous =
    [
        "cgroup", "cgroup2", "proc", "sysfs", "ext2", "ext3", "ext4", "xfs", "btrfs", "overlay", "devtmpfs", "debugfs", "tracefs",
            "securityfs",
        "bpf", "binfmt_misc", "configfs", "nfs", "nfs4", "fuse", "fuseblk", "vfat", "",
    ];

    public static ImmutableArray<SystemCallRow> Rows { get; } =
    [
        new("SC-01", "open-by-handle", ["open_by_handle_at"], H, M, Escape),

        // Allowed everywhere, and du, find and systemd use it: only the escape rules remember it.
        new("SC-01", "name-to-handle", ["name_to_handle_at"], L, L, Escape) { Enabled = false },

        // TRACEME: a debugger's child asks for it.
        new("SC-02", "trace-me", ["ptrace"], L, L, Ptrace) { Arguments = [Is(0, 0)] },
        new("SC-02", "trace-other-container", ["ptrace"], H, M, Ptrace) { Arguments = [PtraceTakes],
            Facts = [CallFact.TargetInAnotherContainer] },
        new("SC-02", "trace", ["ptrace"], M, M, Ptrace) { Arguments = [PtraceTakes] },
        new("SC-03", "enter-namespace", ["setns"], H, M, Escape),

        // NEWUSER opens the kernel's privileged interfaces to everybody: what most kernel exploits begin with.
        new("SC-04", "new-user-namespace", ["unshare", "clone"], H, L, Escape) { Arguments = [Bits(0, 0x10000000)] },

        // NEWNS, NEWCGROUP, NEWPID, NEWNET. FILES, FS and SYSVSEM only unshare tables of the process itself.
        new("SC-04", "new-namespace", ["unshare", "clone"], M, L, Escape) { Arguments = [Bits(0, 0x62020000)] },

        // Its flags lie behind a pointer; the agent reports it only with namespaces among them.
        new("SC-04", "new-namespace", ["clone3"], M, L, Escape),

        // CAD_OFF, CAD_ON: who handles Ctrl-Alt-Del.
        new("SC-05", "ctrl-alt-del", ["reboot"], L, L, Shutdown) { Arguments = [Is(2, 0, 0x89abcdef)] },
        new("SC-05", "restart-or-halt", ["reboot"], C, H, Shutdown),
        new("SC-06", "kernel-module", ["init_module", "finit_module", "delete_module"], C, H, Module),
        new("SC-07", "kexec", ["kexec_load", "kexec_file_load"], C, H, Module),

        // MAP_CREATE, PROG_LOAD.
        new("SC-08", "bpf-load", ["bpf"], H, M, Escape) { Arguments = [Is(0, 0, 5)] },
        new("SC-09", "perf-event", ["perf_event_open"], M, L, Exploit),

        // BIND, REMOUNT.
        new("SC-10", "bind-or-remount", ["mount"], H, M, Escape) { Arguments = [Bits(3, 0x1020)] },
        new("SC-10", "mount-tmpfs", ["mount"], L, L, Escape) { FileSystems = ["tmpfs"] },

        // UNBINDABLE, PRIVATE, SLAVE, SHARED only change how later mounts spread.
        new("SC-10", "propagation", ["mount"], L, L, Escape) { Arguments = [Bits(3, 0x1e0000)], Enabled = false },
        new("SC-10", "mount", ["mount"], H, M, Escape) { FileSystems = Dangerous, Arguments = [IsUnder(3, 0x1e0000, 0)] },
        new("SC-10", "unmount", ["umount2", "pivot_root"], H, M, Escape),
        new("SC-10", "mount-object", ["move_mount", "open_tree", "fsopen", "fspick", "fsconfig", "fsmount", "mount_setattr"], H, M, Escape),

        // Package builders live on it, and the capability is among the default ones.
        new("SC-11", "chroot-to-mount", ["chroot"], H, null, Escape) { Facts = [CallFact.FileOfMount] },
        new("SC-11", "chroot", ["chroot"], L, null, Escape) { Enabled = false },
        new("SC-12", "userfaultfd", ["userfaultfd"], M, L, Exploit),
        new("SC-13", "kernel-keys", ["keyctl", "add_key", "request_key"], M, L, Exploit),
        new("SC-14", "memory-of-other-container", ["process_vm_writev", "process_vm_readv"], C, M, Injection)
        {
            Facts = [CallFact.TargetInAnotherContainer],
        },
        new("SC-14", "memory-of-other-process", ["process_vm_writev", "process_vm_readv"], H, M,
            Injection) { Facts = [CallFact.TargetIsAnother] },
        new("SC-15", "other-process", ["pidfd_getfd", "process_madvise", "kcmp"], M, L, Injection),
        new("SC-16", "port-access", ["iopl", "ioperm"], H, M, Escape),
        new("SC-17", "swap", ["swapon", "swapoff"], M, L, Impair),
        new("SC-18", "set-clock", ["settimeofday", "clock_settime"], M, L, Impair),
        new("SC-18", "adjust-clock", ["adjtimex", "clock_adjtime"], M, L, Impair) { Facts = [CallFact.SetsClock] },
        new("SC-19", "accounting", ["acct"], M, L, Impair),

        // QUOTAON, QUOTAOFF, SETINFO, SETQUOTA, and XFS's QUOTAON, QUOTAOFF, SETQLIM, QUOTARM; the lowest byte is the kind of quota.
        new("SC-20", "set-quota", ["quotactl"], L, L, Impair) { Arguments = [IsUnder(0, 0xffffff00, SetQuota)] },
        new("SC-20", "set-quota", ["quotactl_fd"], L, L, Impair) { Arguments = [IsUnder(1, 0xffffff00, SetQuota)] },

        // ADDR_NO_RANDOMIZE, READ_IMPLIES_EXEC; 0xffffffff only asks.
        new("SC-21", "weaker-memory-layout", ["personality"], L, L, Exploit)
        {
            Arguments = [new(0) { AnyBit = 0x440000, NoneOf = [0xffffffff] }],
        },
        new("SC-22", "read-kernel-log", ["syslog"], L, L, Discover) { Arguments = [Is(0, 2, 3, 4)], Facts = [CallFact.CallerIsNotRoot] },

        // AF_ALG 38 hands the kernel's cryptography to users, AF_VSOCK 40 reaches the hypervisor.
        new("SC-23", "rare-socket", ["socket"], M, M, Exploit) { Arguments = [Is(0, 38, 40)] },
        new("SC-24", "io-uring", ["io_uring_setup"], M, L, Exploit),
        new("SC-25", "obsolete-call", ["create_module", "uselib", "nfsservctl", "_sysctl", "sysfs", "ustat", "lookup_dcookie"], M, M,
            Exploit),
    ];

    public static ImmutableArray<SystemCallSuppression> Suppressions { get; } =
    [
        new("the C library tries clone3 and falls back to clone; runtimes answer ENOSYS so that it does", ["clone3"], [CallError.Enosys],
            []),
        new("garbage collectors of Java, ART and Go research builds try userfaultfd and do without", ["userfaultfd"], [],
            ["*/java", "*/jspawnhelper", "*/dalvikvm*", "*/app_process*"]),
        new("liburing and runtimes ask whether io_uring is there and use epoll or threads when it is not", ["io_uring_setup"], [],
            [
                "*/node", "*/nodejs", "*/bun", "*/deno", "*/mysqld", "*/mariadbd", "*/postgres", "*/rocksdb*", "*/scylla", "*/redpanda",
                    "*/nginx",
                "*/dotnet", "*/qemu-system-*", "*/fio", "*/cmake", "*/java",
            ]),
        new("Java and profilers read hardware counters where they may", ["perf_event_open"], [], ["*/java", "*/perf", "*/async-profiler*"]),
    ];

    /// <summary>ATTACH, SEIZE, POKETEXT, POKEDATA, POKEUSR, SETREGS, SETREGSET: what takes over or changes another process.</summary>
    private static ArgumentFilter PtraceTakes => Is(0, 16, 0x4206, 4, 5, 6, 13, 0x4205);

    private static ulong[] SetQuota => [0x80000200, 0x80000300, 0x80000600, 0x80000800, 0x580100, 0x580200, 0x580400, 0x580600];

    private static ArgumentFilter Is(int argument, params ulong[] values) => new(argument) { AnyOf = [.. values] };

    private static ArgumentFilter Bits(int argument, ulong bits) => new(argument) { AnyBit = bits };

    private static ArgumentFilter IsUnder(int argument, ulong mask, params ulong[] values) =>
        new(argument) { AnyOf = [.. values], Mask = mask };
}
