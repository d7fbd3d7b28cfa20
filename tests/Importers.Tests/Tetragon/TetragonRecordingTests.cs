using System.Text;
using Agents.Importers;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;

namespace Importers.Tests.Tetragon;

public sealed class TetragonRecordingTests
{
    private const string Id = "4bf0a9ec1d3f4a5b6c7d8e9f00112233445566778899aabbccddeeff00112233";

    private const string Process =
        """
        "process":{"pid":70,"tid":70,"uid":0,"cwd":"/srv","binary":"/usr/bin/cat","arguments":"-n \"a b\" c","flags":"execve clone",
        "start_time":"2024-01-02T03:04:05.123456789Z",
        "pod":{"namespace":"shop","name":"web-1","workload":"web","workload_kind":"Deployment",
        "container":{"id":"containerd://@ID@","name":"web","image":{"id":"r/web@sha256:ab","name":"r/web:1"}},"pod_labels":{"a":"b"}},
        "cap":{"permitted":["CAP_CHOWN","DAC_OVERRIDE"],"effective":["CAP_CHOWN"]},"ns":{"mnt":{"inum":4026531}}},
        "parent":{"pid":60,"start_time":"2024-01-02T03:04:04Z"}
        """;

    [Fact]
    public void An_exec_is_a_process_in_its_container()
    {
        Recorded recorded = Read(Event("process_exec", ""));

        (EventBatch batch, ProcessRecord process, TaskRecord task) = recorded.Processes().ShouldHaveSingleItem();
        process.Action.ShouldBe(ProcessAction.Executed);
        batch.String(process.Arguments).ShouldBe("/usr/bin/cat\0-n\0a b\0c\0");
        batch.String(task.ContainerId).ShouldBe(Id);
        (task.Tgid, task.ParentTgid, task.CapPermitted, task.CapEffective, task.MountNs).ShouldBe((70, 60, 3UL, 1UL, 4026531u));
        batch.TimeOf(batch.Events[^1]).WallNs.ShouldBe(1_704_164_645_987_654_321);
        task.StartNs.ShouldBe(1_704_164_645_123_456_789);
    }

    [Fact]
    public void A_container_is_described_once()
    {
        ContainerRecord container = Read(Event("process_exec", "") + Event("process_exec", "")).Containers().ShouldHaveSingleItem();

        (container.ContainerId, container.Runtime, container.Spec!.Image, container.Spec.ImageDigest)
            .ShouldBe((Id, "containerd", "r/web:1", "sha256:ab"));
        container.Spec.Pod.ShouldBe(new PodFacts("shop", "web-1", "", "deployment", "web", ""));
        container.Spec.Privileged.Basis.ShouldBe(Basis.Unknown);
    }

    [Fact]
    public void An_exit_has_its_signal()
    {
        ProcessRecord process = Read(Event("process_exit", "\"signal\":\"SIGKILL\",\"status\":3,")).Processes().ShouldHaveSingleItem()
            .Record;

        (process.Action, process.ExitCode, process.ExitSignal).ShouldBe((ProcessAction.Exited, 3, 9));
    }

    [Fact]
    public void A_hooked_system_call_with_its_return_value_is_mapped_and_one_without_is_not()
    {
        const string call = "\"function_name\":\"__x64_sys_setuid\",\"args\":[{\"int_arg\":5}],";

        Recorded recorded = Read(Event("process_kprobe", call + "\"return\":{\"int_arg\":-1},") + Event("process_kprobe", call));

        SyscallRecord syscall = recorded.Syscalls().ShouldHaveSingleItem().Record;
        (syscall.Number, syscall.Arguments[0], syscall.Result).ShouldBe((105, 5, -1));
        TypeCount type = recorded.Report.Types.Single(type => type.Type == "process_kprobe __x64_sys_setuid");
        (type.Mapped, type.Unmapped).ShouldBe((1, 1));
    }

    [Fact]
    public void A_write_permission_is_a_write()
    {
        const string hook = """
            "function_name":"security_file_permission","args":[{"file_arg":{"path":"/etc/passwd"}},{"int_arg":2}],"return":{"int_arg":0},
            """;

        (EventBatch batch, FileRecord file, _) = Read(Event("process_kprobe", hook)).Files().ShouldHaveSingleItem();

        (file.Operation, batch.String(file.Path)).ShouldBe((FileOperation.Write, "/etc/passwd"));
    }

    [Fact]
    public void Objects_may_be_spread_over_lines()
    {
        string spread = Event("process_exec", "").Replace(",", ",\n  ", StringComparison.Ordinal);

        Read(spread + "\n" + spread).Processes().Count().ShouldBe(2);
    }

    [Fact]
    public void Events_of_several_nodes_are_numbered_for_each()
    {
        Recorded recorded = Read(Event("process_exec", "", "n1") + Event("process_exec", "", "n2") + Event("process_exec", "", "n1"));

        recorded.Batches.Select(batch => (batch.Node.Value, batch.FirstSequence, batch.Count))
            .ShouldBe([("n1", 0L, 3), ("n2", 0L, 2), ("n1", 3L, 1)]);
    }

    [Fact]
    public void A_torn_object_does_not_take_the_next_with_it()
    {
        string whole = Event("process_exec", "");

        Recorded recorded = Read("no json\n" + whole + whole[..200] + "\n" + whole);

        recorded.Processes().Count().ShouldBe(2);
        recorded.Report.Damages.Select(damage => damage.Offset).ShouldBe([0, whole.Length + 8]);
    }

    [Fact]
    public void Lost_events_are_a_loss()
    {
        Recorded recorded = Read("""{"rate_limit_info":{"number_of_dropped_process_events":"12"},"time":"2024-01-02T03:04:05Z"}""");

        recorded.Batches[0].Losses[0].Count.ShouldBe(12);
    }

    private static string Event(string kind, string more, string node = "n1") =>
        $$$"""{"{{{kind}}}":{{{{more}}}{{{Process}}}},"node_name":"{{{node}}}","time":"2024-01-02T03:04:05.987654321Z"}"""
            .Replace("\n", "", StringComparison.Ordinal).Replace("@ID@", Id, StringComparison.Ordinal) + "\n";

    private static Recorded Read(string json) => Recorded.Read(RecordingFormat.Tetragon, Encoding.UTF8.GetBytes(json));
}
