namespace Agents.NodeAgent.Kernel.Rules;

/// <summary>
/// The calls that become events of calls, with every result: those that take part in escapes or attacks on the kernel, and those that
/// the patterns of the alarms
/// need. Arguments are counted from 0.
/// </summary>
internal static class RiskyCalls
{
    /// <summary>CLONE_NEW* of clone(2).</summary>
    private const ulong Namespaces = 0x7e020080;

    /// <summary>ADDR_NO_RANDOMIZE and READ_IMPLIES_EXEC of personality(2).</summary>
    private const ulong WeakenedLayout = 0x440000;

    private const ulong DontNeed = 4;

    /// <summary>PROT_WRITE and PROT_EXEC.</summary>
    private const ulong WritableCode = 6;

    /// <summary>SOL_ALG of setsockopt(2).</summary>
    private const ulong CryptoLevel = 279;

    /// <summary>
    /// Allocators give memory back all the time, an address at a time; a race does it to one address without end. The slowest that the
    /// alarm wants, fifty a second, makes ten in a window.
    /// </summary>
    private const byte RaceRepeats = 10;

    public static IReadOnlyList<CollectedCall> All { get; } =
    [
        // Files by handle.
        new("open_by_handle_at", 304, 342)
        {
            Path = PathFrom.Result, Other = PathFrom.Descriptor, OtherArgument = 0, Data = DataFrom.FileHandle, DataArgument = 1,
            Burst = BurstOf.Call,
        },
        new("name_to_handle_at", 303, 341)
        {
            Path = PathFrom.User, PathArgument = 1, DirectoryArgument = 0, Data = DataFrom.FileHandle, DataArgument = 2,
            Burst = BurstOf.Call,
        },

        // Other processes.
        new("ptrace", 101, 26) { Filter = CallFilter.Trace, TargetArgument = 1, Burst = BurstOf.Argument, BurstArgument = 0,
            BurstPageArgument = 2 },
        new("process_vm_readv", 310, 347) { TargetArgument = 0, Burst = BurstOf.Call },
        new("process_vm_writev", 311, 348) { TargetArgument = 0, Burst = BurstOf.Call },
        new("pidfd_getfd", 438, 438),
        new("process_madvise", 440, 440) { Burst = BurstOf.Call },
        new("kcmp", 312, 349) { TargetArgument = 0, Burst = BurstOf.Call },
        new("kill", 62, 37) { ByDefault = false, TargetArgument = 0, Burst = BurstOf.Argument, BurstArgument = 1 },
        new("madvise", 28, 219)
        {
            Filter = CallFilter.Equal, FilterArgument = 2, Value = DontNeed, Burst = BurstOf.Argument, BurstArgument = 0,
            AtLeast = RaceRepeats,
            Results = ReportedResults.Success,
        },

        // Where in a memory file is written is told by the write itself; maps of every library that is loaded would be most events there
        // are.
        new("lseek", 8, 19)
        {
            ByDefault = false, Path = PathFrom.Descriptor, PathArgument = 0, Filter = CallFilter.Memory, FilterArgument = 0,
            Results = ReportedResults.Success, Burst = BurstOf.Call,
        },
        Mapped("mmap_private", MapKinds.Private),
        Mapped("mmap_code", MapKinds.Code),
        new("mprotect", 10, 125)
        {
            ByDefault = false, Filter = CallFilter.Bits, FilterArgument = 2, Value = WritableCode, Burst = BurstOf.Call,
        },

        // Namespaces and mounts.
        new("setns", 308, 346) { OfRuntime = true, Path = PathFrom.Descriptor, PathArgument = 0 },
        new("unshare", 272, 310) { Filter = CallFilter.Mask, FilterArgument = 0, Value = Namespaces },
        new("clone", 56, 120) { Filter = CallFilter.Mask, FilterArgument = 0, Value = Namespaces },
        new("clone3", 435, 435) { Filter = CallFilter.Clone3 },
        new("mount", 165, 21)
        {
            OfRuntime = true, Path = PathFrom.User, PathArgument = 1, Other = PathFrom.Plain, OtherArgument = 0, Data = DataFrom.String,
            DataArgument = 2,
        },
        new("umount2", 166, 52) { OfRuntime = true, Path = PathFrom.User, PathArgument = 0 },
        new("pivot_root", 155, 217) { OfRuntime = true, Path = PathFrom.User, PathArgument = 0, Other = PathFrom.User, OtherArgument = 1 },
        new("open_tree", 428, 428) { Path = PathFrom.Result, PathArgument = 1, DirectoryArgument = 0 },
        new("move_mount", 429, 429)
        {
            OfRuntime = true, Path = PathFrom.User, PathArgument = 3, DirectoryArgument = 2, Other = PathFrom.User, OtherArgument = 1,
            OtherDirectory = 0,
        },
        new("fsopen", 430, 430) { Data = DataFrom.String, DataArgument = 0 },
        new("fsconfig", 431, 431) { Other = PathFrom.Plain, OtherArgument = 2, Data = DataFrom.String, DataArgument = 3,
            Burst = BurstOf.Argument, BurstArgument = 0 },
        new("fsmount", 432, 432),
        new("fspick", 433, 433) { Path = PathFrom.User, PathArgument = 1, DirectoryArgument = 0 },
        new("mount_setattr", 442, 442) { OfRuntime = true, Path = PathFrom.User, PathArgument = 1, DirectoryArgument = 0 },

        // The kernel itself and the machine.
        new("init_module", 175, 128) { Data = DataFrom.String, DataArgument = 2 },
        new("finit_module", 313, 350) { Path = PathFrom.Descriptor, PathArgument = 0, Data = DataFrom.String, DataArgument = 1 },
        new("delete_module", 176, 129) { Data = DataFrom.String, DataArgument = 0 },
        new("kexec_load", 246, 283),
        new("kexec_file_load", 320) { Path = PathFrom.Descriptor, PathArgument = 0 },
        new("reboot", 169, 88),
        new("bpf", 321, 357) { Burst = BurstOf.Argument, BurstArgument = 0 },
        new("perf_event_open", 298, 336) { TargetArgument = 1, Burst = BurstOf.Call },
        new("userfaultfd", 323, 374),
        new("keyctl", 250, 288) { Burst = BurstOf.Argument, BurstArgument = 0 },
        new("add_key", 248, 286) { Data = DataFrom.String, DataArgument = 0, Burst = BurstOf.Call },
        new("request_key", 249, 287) { Data = DataFrom.String, DataArgument = 0, Burst = BurstOf.Call },
        new("iopl", 172, 110),
        new("ioperm", 173, 101),
        new("swapon", 167, 87) { Path = PathFrom.User, PathArgument = 0 },
        new("swapoff", 168, 115) { Path = PathFrom.User, PathArgument = 0 },
        new("settimeofday", 164, 79),
        new("clock_settime", 227, 264, 404),
        new("acct", 163, 51) { Path = PathFrom.User, PathArgument = 0 },
        new("quotactl", 179, 131) { Other = PathFrom.Plain, OtherArgument = 1 },
        new("personality", 135, 136) { Filter = CallFilter.Mask, FilterArgument = 0, Value = WeakenedLayout },
        new("syslog", 103, 103) { Burst = BurstOf.Argument, BurstArgument = 0 },
        new("io_uring_setup", 425, 425),
        new("uselib", 134, 86) { Path = PathFrom.User, PathArgument = 0 },
        new("ustat", 136, 62),
        new("sysfs", 139, 135),
        new("_sysctl", 156, 149),
        new("create_module", 174, 127),
        new("nfsservctl", 180, 169),
        new("lookup_dcookie", 212, 253),

        // Memory files, sockets and streams.
        new("memfd_create", 319, 356) { Path = PathFrom.Result, Data = DataFrom.String, DataArgument = 0 },
        new("socket", 41, 359) { Filter = CallFilter.Socket },
        new("connect", 42, 362)
        {
            Path = PathFrom.Descriptor, PathArgument = 0, Data = DataFrom.SocketAddress, DataArgument = 1, DataLengthArgument = 2,
            Burst = BurstOf.Address,
        },
        new("bind", 49, 361) { Path = PathFrom.Descriptor, PathArgument = 0, Data = DataFrom.SocketAddress, DataArgument = 1,
            DataLengthArgument = 2 },
        new("setsockopt", 54, 366)
        {
            Path = PathFrom.Descriptor, PathArgument = 0, Filter = CallFilter.Equal, FilterArgument = 1, Value = CryptoLevel,
        },
        Accepted(new("accept", 43)),
        Accepted(new("accept4", 288, 364)),
        Duplicated(new("dup", 32, 41)),
        Duplicated(new("dup2", 33, 63)) with { FilterArgument = 1 },
        Duplicated(new("dup3", 292, 330)) with { FilterArgument = 1 },
        new("fcntl", 72, 221, 55)
        {
            Path = PathFrom.Descriptor, PathArgument = 0, Filter = CallFilter.Control, Results = ReportedResults.Success,
            Burst = BurstOf.Argument, BurstArgument = 1,
        },
        new("splice", 275, 313)
        {
            Path = PathFrom.Descriptor, PathArgument = 0, Other = PathFrom.Descriptor, OtherArgument = 2, Filter = CallFilter.Splice,
            Results = ReportedResults.Success, Burst = BurstOf.File, BurstArgument = 0,
        },
        new("read", 0, 3)
        {
            Path = PathFrom.Descriptor, PathArgument = 0, Filter = CallFilter.Read, Results = ReportedResults.Success,
            Burst = BurstOf.File, BurstArgument = 0,
        },
    ];

    private static CollectedCall Mapped(string name, MapKinds kind) => new(name, 9, 192)
    {
        ByDefault = false,
        Path = PathFrom.Descriptor,
        PathArgument = 4,
        Filter = CallFilter.Map,
        Value = (ulong)kind,
        Results = ReportedResults.Success,
    };

    private static CollectedCall Accepted(CollectedCall call) => call with
    {
        Path = PathFrom.Result,
        Other = PathFrom.Descriptor,
        OtherArgument = 0,
        Data = DataFrom.AcceptedAddress,
        DataArgument = 1,
        DataLengthArgument = 2,
        Results = ReportedResults.Success,
        Burst = BurstOf.Argument,
        BurstArgument = 0,
    };

    private static CollectedCall Duplicated(CollectedCall call) => call with
    {
        Path = PathFrom.Result,
        Filter = CallFilter.Duplicate,
        Results = ReportedResults.Success,
    };
}
