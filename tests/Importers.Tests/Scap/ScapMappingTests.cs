using Agents.Importers;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using static Importers.Tests.Scap.CaptureBytes;

namespace Importers.Tests.Scap;

/// <summary>What captured events become.</summary>
public sealed class ScapMappingTests
{
    private const string Id = "4bf0a9ec1d3f4a5b6c7d8e9f00112233445566778899aabbccddeeff00112233";
    private const string InDocker = "/docker/" + Id;

    private readonly CaptureBytes _capture = CaptureBytes.Little();

    [Fact]
    public void Announces_listed_processes_at_the_time_of_the_first_event()
    {
        _capture.Process(7, "/bin/sh", InDocker).Event(4, 7, 5);

        (EventBatch batch, ProcessRecord process, TaskRecord task) = Read().Processes().ShouldHaveSingleItem();

        process.Action.ShouldBe(ProcessAction.Existing);
        batch.String(process.Arguments).ShouldBe("/bin/sh\0-a\0-b\0");
        batch.String(process.WorkingDirectory).ShouldBe("/work");
        batch.String(task.ContainerId).ShouldBe(Id);
        task.Flags.ShouldBe(TaskFlags.Started);
        batch.TimeOf(batch.Events[^1]).WallNs.ShouldBe(Start + 5);
    }

    [Fact]
    public void Keeps_no_environment()
    {
        _capture.Process(7, "/bin/sh").Event(4, 7, 5);

        Read().Batches.ShouldAllBe(batch => !System.Text.Encoding.UTF8.GetString(Encoded(batch)).Contains("SECRET"));
    }

    [Fact]
    public void Counts_the_boot_clock_from_where_the_machine_booted()
    {
        CaptureBytes capture = new CaptureBytes().SectionHeader().MachineInfo("n1", Start - 60).Process(7, "/bin/sh").Event(4, 7, 5);

        EventBatch batch = Recorded.Read(RecordingFormat.Scap, capture.ToArray()).Batches[0];

        batch.TimeOf(batch.Events[0]).ShouldBe(new(65, Start + 5));
    }

    [Fact]
    public void An_exec_changes_the_task_and_starts_its_container()
    {
        _capture.Process(7, "/usr/bin/runc");
        _capture.Event(292, 7, 10, Str("app"));
        _capture.Event(293, 7, 20, Exec(0, "./app", "-x\0", 7, "app", InDocker));

        (EventBatch batch, ProcessRecord process, TaskRecord task) = Read().Processes().Last();

        process.Action.ShouldBe(ProcessAction.Executed);
        batch.String(process.FileName).ShouldBe("app");
        batch.String(process.Arguments).ShouldBe("./app\0-x\0");
        batch.String(task.ExePath).ShouldBe("/opt/app");
        batch.String(task.Comm).ShouldBe("app");
        batch.String(task.ContainerId).ShouldBe(Id);
        task.Flags.ShouldBe(TaskFlags.Started);
        task.ExecGeneration.ShouldBe(1);
    }

    [Fact]
    public void The_engines_own_steps_in_a_container_do_not_start_it()
    {
        _capture.Process(7, "/usr/bin/containerd-shim");
        _capture.Event(292, 7, 10, Str("/proc/self/exe"));
        _capture.Event(293, 7, 20, Exec(0, "runc", "init\0", 7, "runc:[2:INIT]", InDocker));

        Read().Processes().Last().Task.Flags.ShouldBe(TaskFlags.None);
    }

    [Fact]
    public void An_exec_that_failed_is_a_system_call()
    {
        _capture.Process(7, "/bin/sh").Event(292, 7, 10, Str("/no/such"));
        _capture.Event(293, 7, 20, Exec(-2, "/no/such", "", 7, "sh", "/"));

        (EventBatch batch, SyscallRecord call, _) = Read().Syscalls().ShouldHaveSingleItem();

        (call.Number, call.Result, batch.String(call.Path)).ShouldBe((59, -2, "/no/such"));
        call.EnterNs.ShouldBe(Start + 10);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_fork_is_one_event_whichever_return_comes_first(bool parentFirst)
    {
        _capture.Process(7, "/bin/sh").Event(222, 7, 10);
        if (parentFirst) _capture.Event(223, 7, 20, Clone(8, 7, 7, 1, 0)).Event(223, 8, 30, Clone(0, 8, 8, 7, 0));
        else _capture.Event(223, 8, 20, Clone(0, 8, 8, 7, 0)).Event(223, 7, 30, Clone(8, 7, 7, 1, 0));

        (EventBatch batch, ProcessRecord _, TaskRecord task) =
            Read().Processes().Where(p => p.Record.Action == ProcessAction.Forked).ShouldHaveSingleItem();

        (task.Tgid, task.ParentTgid, task.StartNs).ShouldBe((8, 7, Start + 20));
        batch.String(task.ExePath).ShouldBe("/bin/sh");
    }

    [Fact]
    public void A_new_thread_is_no_process()
    {
        const long thread = 1 << 13;
        _capture.Process(7, "/bin/sh").Event(222, 7, 10).Event(223, 7, 20, Clone(8, 7, 7, 1, thread));
        _capture.Event(277, 8, 30, _capture.Int(0), Str("d"));

        Recorded recorded = Read();

        recorded.Processes().ShouldAllBe(p => p.Record.Action == ProcessAction.Existing);
        TaskRecord task = recorded.Files().ShouldHaveSingleItem().Task;
        (task.Tgid, task.Tid).ShouldBe((7, 8));
    }

    [Fact]
    public void An_end_has_code_and_signal()
    {
        _capture.Process(7, "/bin/sh").Event(186, 7, 20, _capture.Int(3 << 8 | 9));

        ProcessRecord process = Read().Processes().Last().Record;

        (process.Action, process.ExitCode, process.ExitSignal).ShouldBe((ProcessAction.Exited, 3, 9));
    }

    [Fact]
    public void An_open_has_the_kernels_flags_and_its_descriptor_names_the_path_afterwards()
    {
        const long own = 1 << 1 | 1 << 2 | 1 << 8 | 1 << 12; // O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC in the format's own bits
        _capture.Process(7, "/bin/sh");
        _capture.Event(3, 7, 10, _capture.Int(5), Str("log"), _capture.Int32(own), _capture.Int32(0x1FF), _capture.Int32(0x801));
        _capture.Event(317, 7, 20, _capture.Int(0), _capture.Int(5), _capture.Int32(0x800));

        Recorded recorded = Read();

        (EventBatch batch, FileRecord open, _) = recorded.Files().First();
        (open.Operation, open.Flags, open.Result, open.File.Device).ShouldBe((FileOperation.Open, 0x80241, 5, 0x801UL));
        batch.String(open.Path).ShouldBe("/work/log");
        (batch, FileRecord mode, _) = recorded.Files().Last();
        (mode.Operation, batch.String(mode.Path), mode.Flags).ShouldBe((FileOperation.ChangeMode, "/work/log", 0x800));
    }

    [Fact]
    public void A_failed_open_keeps_the_raw_path()
    {
        _capture.Process(7, "/bin/sh")
            .Event(3, 7, 10, _capture.Int(-13), Str("../x"), _capture.Int32(1), _capture.Int32(0), _capture.Int32(0));

        (EventBatch batch, FileRecord open, _) = Read().Files().ShouldHaveSingleItem();

        (open.Result, batch.String(open.Path)).ShouldBe((-13, "../x"));
    }

    [Fact]
    public void A_setns_joins_the_two_halves_of_the_call()
    {
        const long newNamespace = 1 << 5; // CLONE_NEWNS in the format's own bits
        _capture.Process(7, "/bin/sh").Event(240, 7, 10, _capture.Int(5), _capture.Int32(newNamespace)).Event(241, 7, 20, _capture.Int(-1));

        (_, SyscallRecord call, _) = Read().Syscalls().ShouldHaveSingleItem();

        (call.Number, call.Result, call.Arguments[0], call.Arguments[1]).ShouldBe((308, -1, 5, 0x20000));
        call.EnterNs.ShouldBe(Start + 10);
    }

    [Fact]
    public void A_connect_has_the_peers_address_as_the_kernel_has_it()
    {
        byte[] tuple = [2, 127, 0, 0, 1, 0x39, 0x30, 10, 0, 0, 9, 0x50, 0x00];
        _capture.Process(7, "/bin/sh").Event(22, 7, 10, _capture.Int(3)).Event(23, 7, 20, _capture.Int(0), tuple);

        (EventBatch batch, SyscallRecord call, _) = Read().Syscalls().ShouldHaveSingleItem();

        (call.Number, call.Arguments[0]).ShouldBe((42, 3));
        batch.Utf8(call.Data).ToArray().ShouldBe([2, 0, 0, 80, 10, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    [Fact]
    public void A_call_without_a_recorded_result_is_not_mapped()
    {
        Read(_capture.Process(7, "/bin/sh").Event(1, 7, 10, [0x14, 0x01])).Report.Types.Single(type => type.Unmapped == 1
            && type.Read == 1).Mapped.ShouldBe(0);
    }

    [Fact]
    public void A_description_of_a_container_keeps_what_is_not_said_unknown()
    {
        const string json = """
            {"container":{"id":"4bf0a9ec1d3f","type":7,"name":"web","image":"nginx:1.27","privileged":true,"User":"0",
            "Mounts":[{"Source":"/etc","Destination":"/host","RW":false,"Propagation":"rslave"}],"labels":{"a":"b"}}}
            """;
        _capture.Process(7, "/bin/sh", InDocker).Event(272, 0, 10, Str(json));

        Recorded recorded = Read();

        ContainerRecord container = recorded.Containers().ShouldHaveSingleItem();
        (container.ContainerId, container.Runtime, container.Action).ShouldBe((Id, "containerd", ContainerAction.Existing));
        ContainerSpec spec = container.Spec.ShouldNotBeNull();
        (spec.Name, spec.Image, spec.User).ShouldBe(("web", "nginx:1.27", "0"));
        spec.Privileged.ShouldBe(Setting.Explicit(true));
        spec.Capabilities.ShouldBe(CapabilitySettings.Unknown);
        spec.NoNewPrivileges.Basis.ShouldBe(Basis.Unknown);
        spec.Mounts.ShouldBe([new ContainerMount("/etc", "/host", "ro", "rslave", "bind")]);
    }

    [Fact]
    public void A_long_description_has_long_lengths()
    {
        string json = $$$"""{"container":{"id":"4bf0a9ec1d3f","name":"{{{new string('x', 70_000)}}}"}}""";

        Read(_capture.LongEvent(324, 0, 10, Str(json))).Containers().ShouldHaveSingleItem().Spec!.Name.Length.ShouldBe(70_000);
    }

    [Fact]
    public void The_same_bytes_give_the_same_ids_and_others_do_not()
    {
        _capture.Process(7, "/bin/sh").Event(4, 7, 5);
        byte[] bytes = _capture.ToArray();

        Pipeline.Domain.Identity.EventId first = IdOf(bytes), again = IdOf(bytes);
        _capture.Event(4, 7, 6);

        again.ShouldBe(first);
        IdOf(_capture.ToArray()).Boot.ShouldNotBe(first.Boot);
    }

    [Fact]
    public void Events_are_numbered_from_0_without_gaps_however_they_are_batched()
    {
        for (int i = 0; i < 10; i++) _capture.Event(277, 7, 10 + i, _capture.Int(0), Str("/d"));

        IEnumerable<long> numbers = Recorded.Read(RecordingFormat.Scap, _capture.ToArray(), mostEvents: 3).Batches
            .SelectMany(batch => Enumerable.Range(0, batch.Count).Select(i => batch.FirstSequence + i));

        numbers.ShouldBe(Enumerable.Range(0, 11).Select(i => (long)i));
    }

    private Recorded Read() => Read(_capture);

    private static Recorded Read(CaptureBytes capture) => Recorded.Read(RecordingFormat.Scap, capture.ToArray());

    private static Pipeline.Domain.Identity.EventId IdOf(byte[] bytes) => Recorded.Read(RecordingFormat.Scap, bytes).Batches[0].IdOf(0);

    private static byte[] Encoded(EventBatch batch)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        Pipeline.Schemas.NodeEventsCodec.Encode(batch, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private byte[][] Exec(long result, string exe, string arguments, long tid, string comm, string cgroup) =>
    [
        _capture.Int(result), Str(exe), System.Text.Encoding.UTF8.GetBytes(arguments), _capture.Int(tid), _capture.Int(tid),
            _capture.Int(1), Str("/opt"),
        _capture.Int(0), _capture.Int(0), _capture.Int(0), _capture.Int32(0), _capture.Int32(0), _capture.Int32(0), Str(comm),
            Str($"cpu={cgroup}"),
        Str("A=1"), _capture.Int32(0), _capture.Int(0), _capture.Int32(0), _capture.Int32(0),
    ];

    private byte[][] Clone(long result, long tid, long pid, long parent, long flags) =>
    [
        _capture.Int(result), Str("sh"), Str("-c"), _capture.Int(tid), _capture.Int(pid), _capture.Int(parent), Str("/work"),
        _capture.Int(0), _capture.Int(0), _capture.Int(0), _capture.Int32(0), _capture.Int32(0), _capture.Int32(0), Str("sh"), Str("cpu=/"),
        _capture.Int32(flags), _capture.Int32(1000), _capture.Int32(100), _capture.Int(tid), _capture.Int(pid),
    ];
}
