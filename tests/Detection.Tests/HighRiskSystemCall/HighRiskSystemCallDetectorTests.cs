using Detection.Tests.Proof;
using Pipeline.Detection.HighRiskSystemCall;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Testing;
using Testing.Scripts;

namespace Detection.Tests.HighRiskSystemCall;

public sealed class HighRiskSystemCallDetectorTests
{
    private const int Eperm = -1;
    private const int Einval = -22;
    private const int Enosys = -38;

    [Theory]
    [InlineData("unshare", 0, 0L)]
    [InlineData("unshare", Eperm, 0x40400L)]
    [InlineData("clone", 99, 0x1200011L)]
    [InlineData("ptrace", 0, 17L)]
    [InlineData("bpf", 5, 1L)]
    [InlineData("personality", 0, 0L)]
    [InlineData("personality", 0, 0xffffffffL)]
    [InlineData("personality", Eperm, 0x20008L)]
    [InlineData("quotactl", 0, 0x80000700L)]
    [InlineData("socket", 6, 2L)]
    [InlineData("name_to_handle_at", 0, 0L)]
    [InlineData("chroot", 0, 0L)]
    [InlineData("read", 5, 3L)]
    public void Calls_outside_of_the_table_are_none(string call, long result, long argument) =>
        CallScript.InContainer().Calls(call, result, argument).ThenAlarms(CallScript.Alone);

    [Fact]
    public void A_process_of_the_host_may_do_all() =>
        Script.OnNode("n1").By("", 1).Calls("reboot", 0, 0, 0, 0x1234567).Calls("setns", 0).Calls("mount", 0).ThenAlarms(CallScript.Alone);

    [Theory]
    [InlineData(TaskFlags.None)]
    [InlineData(TaskFlags.Runtime)]
    [InlineData(TaskFlags.Started | TaskFlags.ExecSession | TaskFlags.Runtime)]
    public void A_runtime_may_set_up_its_container(TaskFlags flags)
    {
        // What runc's init does in a container before the workload's first exec, and its exec sessions before theirs.
        Script script = CallScript.InContainer(new ScriptedTask { Flags = flags, ExePath = "/runc" });
        script.Calls("keyctl", Eperm, 1);
        foreach (string type in new[] { "proc", "tmpfs", "devpts", "sysfs", "mqueue", "cgroup" })
            script.Calls("mount", 0, [0, 0, 0, 0], (batch, call) => call with { Data = batch.AddText(type) });
        script.Calls("mount", 0, 0, 0, 0, 0x5000).Calls("pivot_root", 0).Calls("umount2", 0).Calls("mount", Einval, 0, 0, 0, 0x1021)
            .Calls("setns", 0).Calls("unshare", 0, 0x6c020000).ThenAlarms(CallScript.Alone);
    }

    [Fact]
    [Raises("SC-03")]
    public void A_program_of_an_exec_session_is_the_workloads() =>
        CallScript.InContainer(new ScriptedTask { Flags = TaskFlags.Started | TaskFlags.ExecSession }).Calls("setns", Eperm)
            .ThenAlarms(CallScript.Alone, "raised SC-03 Medium setns: setns:enter-namespace");

    [Fact]
    public void A_call_that_made_no_sense_is_no_attempt() => CallScript.InContainer().Calls("setns", Einval, -1)
        .ThenAlarms(CallScript.Alone);

    [Fact]
    [Spares("SC-04")]
    public void The_c_librarys_fallback_from_clone3_is_nothing() =>
        CallScript.InContainer().Calls("clone3", Enosys, 0x7f00, 88).Calls("clone", 99, 0x1200011).ThenAlarms(CallScript.Alone);

    [Theory]
    [InlineData("/usr/lib/jvm/java-21/bin/java", "userfaultfd", Eperm)]
    [InlineData("/usr/lib/jvm/java-21/bin/java", "perf_event_open", -13)]
    [InlineData("/usr/local/bin/node", "io_uring_setup", Eperm)]
    [InlineData("/usr/sbin/mysqld", "io_uring_setup", Enosys)]
    public void Known_fallbacks_of_programs_are_nothing(string program, string call, long result) =>
        CallScript.InContainer(new ScriptedTask { ExePath = program }).Calls(call, result).ThenAlarms(CallScript.Alone);

    [Fact]
    [Raises("SC-24")]
    public void A_fallback_that_succeeds_is_none() =>
        CallScript.InContainer(new ScriptedTask { ExePath = "/usr/local/bin/node" }).Calls("io_uring_setup", 7)
            .ThenAlarms(CallScript.Alone, "raised SC-24 Medium io_uring_setup: io_uring_setup:io-uring");

    [Fact]
    [Raises("SC-12")]
    public void A_program_that_came_after_the_start_has_no_known_fallbacks() =>
        CallScript.InContainer().Execs("/tmp/java", ["java"],
            new ProcessRecord { Executable = new FileReference { Layer = FileLayer.Upper } })
            .Calls("userfaultfd", Eperm).ThenAlarms(CallScript.Alone, "raised SC-12 Low userfaultfd: userfaultfd:userfaultfd");

    [Fact]
    [Raises("SC-03")]
    public void Repeats_count_and_a_success_escalates() =>
        CallScript.InContainer().Calls("setns", Eperm).After(0.1).Calls("setns", Eperm).After(2).Calls("setns", 0)
            .ThenAlarms(CallScript.Alone,
                "raised SC-03 Medium setns: setns:enter-namespace", "recurred SC-03 x2", "escalated SC-03 High AttackSuccess");

    [Fact]
    [Raises("SC-02", "SC-15")]
    public void Another_program_call_or_class_is_another_alarm() =>
        CallScript.InContainer().Calls("ptrace", 0, 0).Calls("ptrace", 0, 16, 77).Calls("kcmp", 0)
            .By("c1", 101, "/bin/other").Calls("ptrace", 0, 0)
            .ThenAlarms(CallScript.Alone,
                "raised SC-02 Low ptrace: ptrace:trace-me", "raised SC-02 Medium ptrace: ptrace:trace",
                    "raised SC-15 Medium kcmp: kcmp:other-process",
                "raised SC-02 Low ptrace: ptrace:trace-me");

    [Fact]
    [Raises("SC-03", "SC-05", "SC-08", "SC-19")]
    public void The_third_different_refusal_within_ten_seconds_is_probing() =>
        CallScript.InContainer().Calls("bpf", Eperm, 5).After(4).Calls("setns", Eperm).After(4).Calls("acct", Eperm)
            .Calls("reboot", Eperm, 0, 0, 0x1234567)
            .ThenAlarms(CallScript.Alone,
                "raised SC-08 Medium bpf: bpf:bpf-load", "raised SC-03 Medium setns: setns:enter-namespace",
                "raised SC-19 Medium acct: acct:accounting [capability-probing]",
                    "raised SC-05 Critical reboot: reboot:restart-or-halt [capability-probing]");

    [Fact]
    [Raises("SC-03", "SC-08", "SC-19")]
    public void Probing_cites_the_other_refusals()
    {
        AlarmRaised alarm = CallScript.InContainer().Calls("bpf", Eperm, 5).Calls("setns", Eperm).Calls("acct", Eperm)
            .Run(CallScript.Alone).OfType<AlarmRaised>().Last();

        alarm.Evidence.Select(e => e.Facts["call"]).ShouldBe(["bpf", "setns", "acct"]);
        alarm.Evidence.Select(e => e.Sequence).ShouldBe([2L, 3, 4]);
        alarm.Outcome.ShouldBe(Outcome.AttackBlocked);
    }

    [Fact]
    [Raises("SC-03", "SC-08", "SC-17", "SC-19")]
    public void Slow_repeated_or_foreign_refusals_are_no_probing() =>
        CallScript.InContainer()
            .Calls("bpf", Eperm, 5).After(6).Calls("setns", Eperm).After(6).Calls("acct", Eperm).Calls("acct", Eperm)
            .By("c1", 101).Calls("swapon", Eperm)
            .Run(CallScript.Alone).OfType<AlarmRaised>().ShouldAllBe(alarm => alarm.Labels.IsEmpty);

    [Fact]
    [Raises("SC-10")]
    public void A_call_that_a_filter_killed_did_not_succeed()
    {
        int mount = CallScript.Number("mount");

        CallScript.InContainer().Calls("mount", mount, 0, 0, 0, 0x1000)
            .ThenAlarms(CallScript.Alone, "raised SC-10 Medium mount: mount:bind-or-remount");
    }

    [Fact]
    [Raises("SC-05")]
    public void An_upper_half_of_garbage_does_not_hide_a_command() =>
        CallScript.InContainer().Calls("reboot", 0, 0, 0, unchecked((long)0xdead_beef_0123_4567))
            .ThenAlarms(CallScript.Alone, "raised SC-05 Critical reboot: reboot:restart-or-halt");

    [Fact]
    [Raises("SC-03")]
    public void Numbers_are_those_of_the_nodes_architecture()
    {
        int setns = CallScript.Number("setns", NodeArchitecture.Arm64);

        CallScript.InContainer().Call(setns, 0).Heartbeat("aarch64").Call(setns, 0).Heartbeat("x86_64").Call(setns, 0)
            .ThenAlarms(CallScript.Alone, "raised SC-03 High setns: setns:enter-namespace");
    }

    [Fact]
    [Raises("SC-05")]
    public void Calls_of_32_bit_programs_count_alike()
    {
        AlarmRaised alarm = CallScript.InContainer()
            .Calls("reboot", Eperm, [0, 0, 0x1234567], (_, call) => call with { Abi = SyscallAbi.Compat })
            .Run(CallScript.Alone).OfType<AlarmRaised>().Single();

        alarm.Severity.ShouldBe(Severity.High);
        alarm.Evidence[0].Facts["abi"].ShouldBe("compat");
    }

    [Fact]
    [Raises("SC-02", "SC-15")]
    public void A_whitelist_entry_holds_for_image_program_and_call_together()
    {
        SystemCallPolicy policy = SystemCallPolicy.Default with
        {
            Exceptions = [new("registry.example/tools/*", "/usr/bin/gdb", ["ptrace"], "debugging station")],
        };

        Script.OnNode("n1").Created("c1", Some.PlainSpec("d") with { Image = "registry.example/tools/gdb:1" })
            .Created("c2", Some.PlainSpec("e") with { Image = "registry.example/shop:1" })
            .By("c1", 100, "/usr/bin/gdb").Calls("ptrace", 0, 16, 7).Calls("kcmp", 0)
            .By("c1", 101, "/bin/gdb").Calls("ptrace", 0, 16, 7)
            .By("c2", 102, "/usr/bin/gdb").Calls("ptrace", 0, 16, 7)
            .By("c3", 103, "/usr/bin/gdb").Calls("ptrace", 0, 16, 7)
            .ThenAlarms(CallScript.Under(policy),
                "raised SC-15 Medium kcmp: kcmp:other-process", "raised SC-02 Medium ptrace: ptrace:trace",
                "raised SC-02 Medium ptrace: ptrace:trace", "raised SC-02 Medium ptrace: ptrace:trace");
    }

    [Fact]
    [Raises("SC-01")]
    public void The_alarm_says_who_did_what_where()
    {
        AlarmRaised alarm = CallScript.InContainer()
            .Calls("open_by_handle_at", 4, [3, 0x7f00, 0], (batch, call) => call with { Path = batch.AddText("/etc") })
            .Run(CallScript.Alone).OfType<AlarmRaised>().Single();

        alarm.Type.ShouldBe(AlarmType.HighRiskSystemCall);
        alarm.ClassId.ShouldBe("containerescape_0001");
        alarm.Attack.ShouldBe(["T1611"]);
        alarm.Outcome.ShouldBe(Outcome.AttackSuccess);
        alarm.Source.ContainerName.ShouldBe("web");
        alarm.Title.ShouldBe(
            "/bin/app in container web opened a file by its handle, which finds files outside of the container (\"shocker\") (open_by_handle_at)");
        alarm.Evidence.Single().Facts.ShouldContainKeyAndValue("path", "/etc");
        alarm.Evidence.Single().Facts.ShouldContainKeyAndValue("result", "4");
    }
}
