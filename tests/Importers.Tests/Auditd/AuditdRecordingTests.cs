using System.Text;
using Agents.Importers;
using Pipeline.Domain.Events;

namespace Importers.Tests.Auditd;

public sealed class AuditdRecordingTests
{
    [Fact]
    public void An_exec_is_put_together_from_its_records()
    {
        Recorded recorded = Read(
            Call(1, 59, "exit=0"),
            Line("EXECVE", 1, "argc=3 a0=\"grep\" a1=612062 a2=\"x\""),
            Line("CWD", 1, "cwd=\"/home/u\""),
            Line("PATH", 1, "item=0 name=\"/bin/grep\" inode=16571 dev=08:01 mode=0100755 nametype=NORMAL"),
            Line("EOE", 1, ""));

        (EventBatch batch, ProcessRecord process, TaskRecord task) = recorded.Processes().ShouldHaveSingleItem();
        (process.Action, process.Executable.Inode, process.Executable.Device, process.Executable.Mode)
            .ShouldBe((ProcessAction.Executed, 16571UL, 0x801UL, 0x81EDu));
        batch.String(process.Arguments).ShouldBe("grep\0a b\0x\0");
        batch.String(process.WorkingDirectory).ShouldBe("/home/u");
        (task.Tgid, task.ParentTgid, task.Uid, task.EffectiveUid).ShouldBe((20, 10, 1000u, 0u));
        batch.String(task.ExePath).ShouldBe("/bin/ü (deleted)");
        batch.TimeOf(batch.Events[^1]).WallNs.ShouldBe(1_490_995_752_404_000_000);
        recorded.Report.Types.ShouldAllBe(type => type.Unmapped == 0 && type.Broken == 0);
    }

    [Fact]
    public void A_long_argument_is_put_together_from_its_parts()
    {
        Recorded recorded = Read(Call(1, 59, "exit=0"), Line("EXECVE", 1, "argc=3 a0=\"a\" a1_len=8 a1[0]=6262"),
            Line("EXECVE", 1, "a1[1]=6363 a2=\"d\""));

        (EventBatch batch, ProcessRecord process, _) = recorded.Processes().ShouldHaveSingleItem();

        batch.String(process.Arguments).ShouldBe("a\0bbcc\0d\0");
    }

    [Fact]
    public void A_rename_has_both_paths()
    {
        Recorded recorded = Read(
            Call(1, 82, "exit=0"),
            Line("CWD", 1, "cwd=\"/etc\""),
            Line("PATH", 1, "item=0 name=\"/etc/\" nametype=PARENT"),
            Line("PATH", 1, "item=1 name=\"rules\" inode=5 dev=fc:01 nametype=DELETE"),
            Line("PATH", 1, "item=2 name=\"../rules~\" inode=5 nametype=CREATE"));

        (EventBatch batch, FileRecord file, _) = recorded.Files().ShouldHaveSingleItem();

        (file.Operation, batch.String(file.Path), batch.String(file.OtherPath)).ShouldBe((FileOperation.Rename, "/etc/rules", "/rules~"));
    }

    [Fact]
    public void A_file_that_an_open_made_is_created()
    {
        Recorded recorded = Read(Call(1, 257, "exit=3", "a0=ffffff9c a2=241"), Line("PATH", 1, "item=1 name=\"/tmp/x\" nametype=CREATE"));

        FileRecord file = recorded.Files().ShouldHaveSingleItem().Record;

        (file.Operation, file.Flags, file.Result).ShouldBe((FileOperation.Create, 0x241, 3));
    }

    [Fact]
    public void A_denied_call_keeps_its_result_and_address()
    {
        Recorded recorded = Read(Call(1, 42, "exit=-13", "a0=3"), Line("SOCKADDR", 1, "saddr=02000050A9FEA9FE0000000000000000"));

        (EventBatch batch, SyscallRecord call, _) = recorded.Syscalls().ShouldHaveSingleItem();

        (call.Number, call.Result, call.Arguments[0]).ShouldBe((42, -13, 3));
        batch.Utf8(call.Data)[..4].ToArray().ShouldBe([2, 0, 0, 80]);
    }

    [Fact]
    public void A_32_bit_call_has_the_native_number()
    {
        string line = Call(1, 26, "exit=0", "a0=10 a1=1f").Replace("c000003e", "40000003", StringComparison.Ordinal);

        SyscallRecord call = Read(line).Syscalls().ShouldHaveSingleItem().Record;

        (call.Number, call.Abi, call.TargetTgid).ShouldBe((101, SyscallAbi.Compat, 31));
    }

    [Fact]
    public void Records_of_two_events_may_stand_mixed()
    {
        Recorded recorded = Read(
            Call(1, 83, "exit=0"), Call(2, 84, "exit=0"),
            Line("PATH", 1, "name=\"/one\" nametype=CREATE"), Line("PATH", 2, "name=\"/two\" nametype=DELETE"), Line("EOE", 2, ""),
                Line("EOE", 1, ""));

        recorded.Files().Select(f => (f.Record.Operation, f.Batch.String(f.Record.Path)))
            .ShouldBe([(FileOperation.RemoveDirectory, "/two"), (FileOperation.MakeDirectory, "/one")]);
    }

    [Fact]
    public void What_is_no_system_call_is_counted_by_its_type()
    {
        Recorded recorded = Read(Line("USER_LOGIN", 1, "pid=1 msg='op=login'"), "type=UNKNOWN[1329] msg=?", "some text");

        recorded.Report.Types.Select(type => (type.Type, type.Unmapped, type.Broken))
            .ShouldBe([("UNKNOWN[1329]", 0L, 1L), ("USER_LOGIN", 1L, 0L), ("line that is no record", 0L, 1L)]);
        recorded.Report.DamageCount.ShouldBe(2);
        recorded.Report.Events.ShouldBe(0);
    }

    [Fact]
    public void A_line_without_end_is_passed_over()
    {
        Recorded recorded = Read(new string('x', 3 * 1024 * 1024), Call(1, 83, "exit=0"));

        recorded.Files().ShouldHaveSingleItem();
        recorded.Report.Damages.ShouldHaveSingleItem().Offset.ShouldBe(0);
    }

    [Fact]
    public void The_node_is_the_logs_own()
    {
        Read("node=web1 " + Call(1, 83, "exit=0")).Report.Nodes.ShouldBe(["web1"]);
    }

    private static string Line(string type, int serial, string fields) => $"type={type} msg=audit(1490995752.404:{serial}): {fields}";

    private static string Call(int serial, int number, string exit, string arguments = "a0=0 a1=0") => Line(
        "SYSCALL", serial,
        $"arch=c000003e syscall={number} success=yes {exit} {arguments} items=1 ppid=10 pid=20 auid=1000 uid=1000 gid=100 euid=0 egid=100 "
        + "comm=\"grep\" exe=2F62696E2FC3BC202864656C6574656429 key=(null)");

    private static Recorded Read(params string[] lines) =>
        Recorded.Read(RecordingFormat.Auditd, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
}
