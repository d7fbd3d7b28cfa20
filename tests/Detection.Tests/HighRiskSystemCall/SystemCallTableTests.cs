using Detection.Tests.Proof;
using Pipeline.Detection.HighRiskSystemCall;
using Pipeline.Domain.Events;
using Testing.Scripts;

namespace Detection.Tests.HighRiskSystemCall;

/// <summary>Every row of the built-in table, in its successful and its refused form.</summary>
public sealed class SystemCallTableTests
{
    private const int Eperm = -1;

    /// <summary>Row, call, arguments that fit it, result of success, severity of success and of refusal; "-" is no alarm.</summary>
    public static TheoryData<string, string, string, long[], long, string, string> Rows => new()
    {
        { "SC-01", "open-by-handle", "open_by_handle_at", [3, 0x7f00, 0], 4, "High", "Medium" },
        { "SC-02", "trace-me", "ptrace", [0], 0, "Low", "Low" },
        { "SC-02", "trace", "ptrace", [16, 77], 0, "Medium", "Medium" },
        { "SC-02", "trace", "ptrace", [0x4206, 77], 0, "Medium", "Medium" },
        { "SC-02", "trace", "ptrace", [5, 77], 0, "Medium", "Medium" },
        { "SC-02", "trace", "ptrace", [0x4205, 77], 0, "Medium", "Medium" },
        { "SC-03", "enter-namespace", "setns", [5, 0], 0, "High", "Medium" },
        { "SC-04", "new-user-namespace", "unshare", [0x10000000], 0, "High", "Low" },
        { "SC-04", "new-user-namespace", "clone", [0x10000011], 99, "High", "Low" },
        { "SC-04", "new-namespace", "unshare", [0x20000], 0, "Medium", "Low" },
        { "SC-04", "new-namespace", "clone", [0x20000011], 99, "Medium", "Low" },
        { "SC-04", "new-namespace", "clone3", [0x7f00, 88], 99, "Medium", "Low" },
        { "SC-05", "ctrl-alt-del", "reboot", [0, 0, 0], 0, "Low", "Low" },
        { "SC-05", "ctrl-alt-del", "reboot", [0, 0, 0x89abcdef], 0, "Low", "Low" },
        { "SC-05", "restart-or-halt", "reboot", [0, 0, 0x1234567], 0, "Critical", "High" },
        { "SC-05", "restart-or-halt", "reboot", [0, 0, 0x4321fedc], 0, "Critical", "High" },
        { "SC-06", "kernel-module", "init_module", [], 0, "Critical", "High" },
        { "SC-06", "kernel-module", "finit_module", [], 0, "Critical", "High" },
        { "SC-06", "kernel-module", "delete_module", [], 0, "Critical", "High" },
        { "SC-07", "kexec", "kexec_load", [], 0, "Critical", "High" },
        { "SC-07", "kexec", "kexec_file_load", [], 0, "Critical", "High" },
        { "SC-08", "bpf-load", "bpf", [5], 6, "High", "Medium" },
        { "SC-08", "bpf-load", "bpf", [0], 6, "High", "Medium" },
        { "SC-09", "perf-event", "perf_event_open", [], 6, "Medium", "Low" },
        { "SC-10", "bind-or-remount", "mount", [0, 0, 0, 0x1000], 0, "High", "Medium" },
        { "SC-10", "bind-or-remount", "mount", [0, 0, 0, 0x21], 0, "High", "Medium" },
        { "SC-10", "mount", "mount", [0, 0, 0, 0], 0, "High", "Medium" },
        { "SC-10", "unmount", "umount2", [], 0, "High", "Medium" },
        { "SC-10", "unmount", "pivot_root", [], 0, "High", "Medium" },
        { "SC-10", "mount-object", "move_mount", [], 0, "High", "Medium" },
        { "SC-10", "mount-object", "open_tree", [], 6, "High", "Medium" },
        { "SC-10", "mount-object", "fsopen", [], 6, "High", "Medium" },
        { "SC-10", "mount-object", "fspick", [], 6, "High", "Medium" },
        { "SC-10", "mount-object", "fsconfig", [], 0, "High", "Medium" },
        { "SC-10", "mount-object", "fsmount", [], 6, "High", "Medium" },
        { "SC-10", "mount-object", "mount_setattr", [], 0, "High", "Medium" },
        { "SC-12", "userfaultfd", "userfaultfd", [], 6, "Medium", "Low" },
        { "SC-13", "kernel-keys", "keyctl", [], 1, "Medium", "Low" },
        { "SC-13", "kernel-keys", "add_key", [], 1, "Medium", "Low" },
        { "SC-13", "kernel-keys", "request_key", [], 1, "Medium", "Low" },
        { "SC-14", "memory-of-other-process", "process_vm_writev", [7], 8, "High", "Medium" },
        { "SC-14", "memory-of-other-process", "process_vm_readv", [7], 8, "High", "Medium" },
        { "SC-15", "other-process", "pidfd_getfd", [], 6, "Medium", "Low" },
        { "SC-15", "other-process", "process_madvise", [], 0, "Medium", "Low" },
        { "SC-15", "other-process", "kcmp", [], 0, "Medium", "Low" },
        { "SC-16", "port-access", "iopl", [3], 0, "High", "Medium" },
        { "SC-16", "port-access", "ioperm", [], 0, "High", "Medium" },
        { "SC-17", "swap", "swapon", [], 0, "Medium", "Low" },
        { "SC-17", "swap", "swapoff", [], 0, "Medium", "Low" },
        { "SC-18", "set-clock", "settimeofday", [], 0, "Medium", "Low" },
        { "SC-18", "set-clock", "clock_settime", [], 0, "Medium", "Low" },
        { "SC-19", "accounting", "acct", [], 0, "Medium", "Low" },
        { "SC-20", "set-quota", "quotactl", [0x80000800], 0, "Low", "Low" },
        { "SC-20", "set-quota", "quotactl", [0x80000201], 0, "Low", "Low" },
        { "SC-20", "set-quota", "quotactl_fd", [3, 0x580400], 0, "Low", "Low" },
        { "SC-21", "weaker-memory-layout", "personality", [0x40000], 0, "Low", "Low" },
        { "SC-23", "rare-socket", "socket", [38, 5, 0], 6, "Medium", "Medium" },
        { "SC-23", "rare-socket", "socket", [40, 1, 0], 6, "Medium", "Medium" },
        { "SC-24", "io-uring", "io_uring_setup", [], 6, "Medium", "Low" },
        { "SC-25", "obsolete-call", "create_module", [], 0, "Medium", "Medium" },
        { "SC-25", "obsolete-call", "uselib", [], 0, "Medium", "Medium" },
        { "SC-25", "obsolete-call", "nfsservctl", [], 0, "Medium", "Medium" },
        { "SC-25", "obsolete-call", "_sysctl", [], 0, "Medium", "Medium" },
        { "SC-25", "obsolete-call", "sysfs", [], 0, "Medium", "Medium" },
        { "SC-25", "obsolete-call", "ustat", [], 0, "Medium", "Medium" },
        { "SC-25", "obsolete-call", "lookup_dcookie", [], 0, "Medium", "Medium" },
    };

    /// <summary>Rows whose conditions need more than arguments; each has a test of its own below.</summary>
    private static readonly string[] Special =
        ["trace-other-container", "mount-tmpfs", "chroot-to-mount", "memory-of-other-container", "adjust-clock", "read-kernel-log"];

    [Theory]
    [MemberData(nameof(Rows))]
    [Raises("SC-01 to SC-10", "SC-12 to SC-21", "SC-23 to SC-25")]
    public void A_call_that_succeeds_alarms(string rule, string row, string call, long[] arguments, long result, string success,
        string denied)
    {
        _ = denied;
        CallScript.InContainer().Calls(call, result, arguments)
            .ThenAlarms(CallScript.Alone, $"raised {rule} {success} {call}: {call}:{row}");
    }

    [Theory]
    [MemberData(nameof(Rows))]
    [Raises("SC-01 to SC-10", "SC-12 to SC-21", "SC-23 to SC-25")]
    public void A_call_that_is_refused_alarms(string rule, string row, string call, long[] arguments, long result, string success,
        string denied)
    {
        _ = (result, success);
        CallScript.InContainer().Calls(call, Eperm, arguments).ThenAlarms(CallScript.Alone, $"raised {rule} {denied} {call}: {call}:{row}");
    }

    [Fact]
    public void Every_row_and_call_that_is_on_is_tested()
    {
        var tested = Rows.Select(r => (r.Data.Item1, r.Data.Item2, r.Data.Item3)).ToHashSet();
        var on = SystemCallPolicy.Default.Rows.Where(row => row.Enabled && !Special.Contains(row.Name))
            .SelectMany(row => row.Calls.Select(call => (row.Rule, row.Name, call))).ToHashSet();

        on.Except(tested).ShouldBeEmpty();
    }

    [Fact]
    [Raises("SC-02")]
    public void Tracing_a_process_of_another_container_is_graver() =>
        CallScript.InContainer()
            .Calls("ptrace", 0, [16, 77], (batch, call) => call with { TargetTgid = 77, TargetContainerId = batch.AddText("c2") })
            .ThenAlarms(CallScript.Alone, "raised SC-02 High ptrace: ptrace:trace-other-container");

    [Fact]
    [Raises("SC-02")]
    public void Tracing_a_process_of_the_same_container_is_not() =>
        CallScript.InContainer()
            .Calls("ptrace", 0, [16, 77], (batch, call) => call with { TargetTgid = 77, TargetContainerId = batch.AddText("c1") })
            .ThenAlarms(CallScript.Alone, "raised SC-02 Medium ptrace: ptrace:trace");

    [Theory]
    [InlineData(8, "Critical")]
    [InlineData(-1, "Medium")]
    [Raises("SC-14")]
    public void Memory_of_another_container_is_gravest(long result, string severity) =>
        CallScript.InContainer()
            .Calls("process_vm_writev", result, [7], (batch, call) => call with
            {
                TargetTgid = 77,
                TargetContainerId = batch.AddText("c2")
            })
            .ThenAlarms(CallScript.Alone, $"raised SC-14 {severity} process_vm_writev: process_vm_writev:memory-of-other-container");

    [Fact]
    [Spares("SC-14")]
    public void Reading_the_memory_of_oneself_is_nothing() =>
        CallScript.InContainer().Calls("process_vm_readv", 8, [7], (_, call) => call with { TargetTgid = 100 })
            .Calls("process_vm_readv", 8, 100).ThenAlarms(CallScript.Alone);

    [Theory]
    [InlineData("tmpfs", "Low", "mount-tmpfs")]
    [InlineData("cgroup", "High", "mount")]
    [InlineData("ext4", "High", "mount")]
    [InlineData("overlay", "High", "mount")]
    [Raises("SC-10")]
    public void A_mount_is_as_grave_as_its_file_system(string type, string severity, string row) =>
        CallScript.InContainer().Calls("mount", 0, [0, 0, 0, 0], (batch, call) => call with { Data = batch.AddText(type) })
            .ThenAlarms(CallScript.Alone, $"raised SC-10 {severity} mount: mount:{row}");

    [Theory]
    [InlineData("hugetlbfs", 0)]
    [InlineData("", 0x44000)]
    [Spares("SC-10")]
    public void A_mount_that_opens_nothing_is_none(string type, long flags) =>
        CallScript.InContainer().Calls("mount", 0, [0, 0, 0, flags], (batch, call) => call with { Data = batch.AddText(type) })
            .ThenAlarms(CallScript.Alone);

    [Fact]
    [Raises("SC-18")]
    public void Setting_the_clock_bit_by_bit_alarms_and_reading_it_does_not() =>
        CallScript.InContainer()
            .Calls("adjtimex", 0, [0x7f00], (batch, call) => call with { Data = batch.AddText([0, 0, 0, 0, 1, 1]) })
            .Calls("clock_adjtime", 0, [0, 0x7f00], (batch, call) => call with { Data = batch.AddText([2, 0, 0, 0]) })
            .ThenAlarms(CallScript.Alone, "raised SC-18 Medium clock_adjtime: clock_adjtime:adjust-clock");

    [Fact]
    [Raises("SC-18")]
    public void A_refused_change_of_the_clock_was_meant_to_set_it() =>
        CallScript.InContainer().Calls("adjtimex", Eperm, 0x7f00)
            .ThenAlarms(CallScript.Alone, "raised SC-18 Low adjtimex: adjtimex:adjust-clock");

    [Theory]
    [InlineData(1000, 4)]
    [InlineData(1000, Eperm)]
    [Raises("SC-22")]
    public void Reading_the_kernels_log_as_a_user_alarms(uint uid, long result) =>
        CallScript.InContainer(new ScriptedTask { Uid = uid, EffectiveUid = uid }).Calls("syslog", result, 3)
            .ThenAlarms(CallScript.Alone, "raised SC-22 Low syslog: syslog:read-kernel-log");

    [Fact]
    [Spares("SC-22")]
    public void Reading_the_kernels_log_as_root_does_not() => CallScript.InContainer().Calls("syslog", Eperm, 3)
        .ThenAlarms(CallScript.Alone);

    [Theory]
    [InlineData(FileLayer.Mount)]
    [InlineData(FileLayer.Host)]
    [Raises("SC-11")]
    public void Changing_the_root_to_a_mount_alarms(FileLayer layer) =>
        ChangesRoot(layer).ThenAlarms(CallScript.Alone, "raised SC-11 High chroot: chroot:chroot-to-mount");

    [Theory]
    [InlineData(FileLayer.Upper)]
    [InlineData(FileLayer.Image)]
    [Spares("SC-11")]
    public void Changing_the_root_within_the_containers_own_files_does_not(FileLayer layer) =>
        ChangesRoot(layer).ThenAlarms(CallScript.Alone);

    [Theory]
    [MemberData(nameof(Rows))]
    [Spares("SC-01 to SC-10", "SC-12 to SC-21", "SC-23 to SC-25")]
    public void The_runtime_may_make_every_call_while_it_makes_the_container(string rule, string row, string call, long[] arguments,
        long result, string success, string denied)
    {
        _ = (rule, row, success, denied);
        CallScript.InContainer(new ScriptedTask { Flags = TaskFlags.Started | TaskFlags.Runtime })
            .Calls(call, result, arguments).Calls(call, Eperm, arguments).ThenAlarms(CallScript.Alone);
    }

    private static Script ChangesRoot(FileLayer layer) =>
        CallScript.InContainer().Calls("chroot", 0, [0], (_, call) => call with { File = new FileReference { Layer = layer } });
}
