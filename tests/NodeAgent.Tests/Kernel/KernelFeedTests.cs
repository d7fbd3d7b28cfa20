using Agents.NodeAgent.Redaction;
using Agents.NodeAgent.Kernel;
using Agents.NodeAgent.Kernel.Events;
using Agents.NodeAgent.Kernel.Ring;
using Agents.NodeAgent.Sequencing;
using Agents.NodeAgent.Shipping;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace NodeAgent.Tests.Kernel;

/// <summary>Records of the ring become numbered events of a batch.</summary>
public sealed class KernelFeedTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly SequenceKeeper _sequence;
    private readonly Witness _witness = new();
    private readonly EventBatch _batch = new();
    private readonly List<TakenEvent> _taken = [];
    private readonly KernelFeed _feed;
    private EventQueue _queue;

    public KernelFeedTests()
    {
        _sequence = SequenceKeeper.Open(_directory.Path, new NodeBoot(new NodeId("n"), new BootId("b")), _clock, TimeProvider.System,
            NullLogger.Instance);
        _queue = new EventQueue(_sequence, _clock, new QueueLimits(1000, 1 << 20));
        var processes = new ProcessTable(new Names(), RecordBytes.HostPidNs, tgid => "/from/proc"u8.ToArray());
        _feed = new KernelFeed(new RecordDecoder(RecordBytes.HostMountNs, new ArgumentRedactor(RedactionRules.Default)), processes, _witness, 1000);
    }

    public void Dispose()
    {
        _sequence.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Numbers_events_in_the_order_of_their_time()
    {
        long first = _sequence.Next;
        _feed.Add(RecordBytes.Of(RecordKind.Exit, 30)).ShouldBeTrue();
        _feed.Add(RecordBytes.Of(RecordKind.Executed, 20, null, "sh\0bin\0", "/bin/sh", "work\0", "", "", "sh\0-c\0true\0")).ShouldBeTrue();

        Release();

        _taken.Select(taken => (taken.Sequence, taken.BootNs)).ShouldBe([(first, 20), (first + 1, 30)]);
        _batch.Processes.ToArray().Select(process => process.Action).ShouldBe([ProcessAction.Executed, ProcessAction.Exited]);
    }

    [Fact]
    public void Says_what_an_exec_runs_and_what_it_was_before()
    {
        _feed.Add(RecordBytes.Of(
            RecordKind.Executed,
            20,
            (ref RingRecord record) =>
            {
                record.EffectiveUidBefore = 1000;
                record.CapPermittedBefore = 3;
                record.Flags = RecordFlags.IsScript | RecordFlags.PathIsWalked | RecordFlags.OtherIsWalked;
                record.File = new RingFile { Inode = 12, Device = (254 << 20) | 3, Magic = 0x794c7630, MountNs = 8, InUpper = 1 };
                record.Streams = 0x123;
            },
            "sh\0bin\0",
            "/tmp/script",
            "work\0",
            "",
            "",
            "/bin/sh\0/tmp/script\0"));

        Release();

        ProcessRecord run = _batch.Processes[0];
        _batch.String(run.FileName).ShouldBe("/tmp/script");
        _batch.String(run.Script).ShouldBe("/tmp/script");
        _batch.String(run.Arguments).ShouldBe("/bin/sh\0/tmp/script\0");
        _batch.String(run.WorkingDirectory).ShouldBe("/work");
        (run.EffectiveUidBefore, run.CapPermittedBefore, run.StandardStreams).ShouldBe((1000u, 3UL, 0x123));
        (run.Executable.Device, run.Executable.Inode, run.Executable.Layer).ShouldBe((0xfe03UL, 12UL, FileLayer.Upper));
        TaskRecord task = _batch.Tasks[0];
        _batch.String(task.ExePath).ShouldBe("/bin/sh");
        _batch.String(task.ContainerId).ShouldBe("c77");
        _batch.String(task.CgroupPath).ShouldBe("/docker/77");
        _witness.Executed.ShouldHaveSingleItem().File.Inode.ShouldBe(12UL);
    }

    [Fact]
    public void Knows_what_a_process_runs_from_its_parent_and_asks_proc_only_for_strangers()
    {
        _feed.Add(RecordBytes.Of(RecordKind.Executed, 20, null, "sh\0bin\0"));
        _feed.Add(RecordBytes.Of(RecordKind.Fork, 21, (ref RingRecord record) =>
        {
            record.Task.Tgid = record.Task.Tid = 101;
            record.Task.ParentTgid = 100;
            record.Task.ParentStart = 5;
        }));
        _feed.Add(RecordBytes.Of(RecordKind.File, 22, (ref RingRecord record) => record.Task.Tgid = 999));

        Release();

        _batch.Tasks.ToArray().Select(task => _batch.String(task.ExePath)).ShouldBe(["/bin/sh", "/bin/sh", "/from/proc"]);
    }

    [Fact]
    public void Puts_an_unchanged_task_into_a_batch_once()
    {
        for (long at = 1; at <= 5; at++) _feed.Add(RecordBytes.Of(RecordKind.File, at));
        _feed.Add(RecordBytes.Of(RecordKind.File, 6, (ref RingRecord record) => record.Task.EffectiveUid = 33));

        Release();

        _batch.Count.ShouldBe(6);
        _batch.Tasks.Length.ShouldBe(2);
        _batch.Events.ToArray().Select(one => one.Task).ShouldBe([0, 0, 0, 0, 0, 1]);
    }

    [Fact]
    public void Finds_the_process_that_a_number_means_in_the_caller_s_namespace()
    {
        _feed.Add(RecordBytes.Of(RecordKind.Fork, 1, (ref RingRecord record) =>
        {
            record.Task.Tgid = 300;
            record.Task.Start = 44_999_999;
            record.Task.NamespaceTgid = 12;
        }));
        _feed.Add(RecordBytes.Of(RecordKind.Syscall, 2, (ref RingRecord record) => record.Target = 12));
        _feed.Add(RecordBytes.Of(RecordKind.Syscall, 3, (ref RingRecord record) => record.Target = 13));

        Release();

        SyscallRecord found = _batch.Syscalls[0];
        (found.TargetTgid, found.TargetStartNs, _batch.String(found.TargetContainerId)).ShouldBe((300, 40_000_000, "c77"), "the start as /proc would show it");
        _batch.Syscalls[1].TargetTgid.ShouldBe(0);
    }

    [Fact]
    public void Tells_of_changed_mounts_when_a_call_that_changes_them_succeeds()
    {
        const int Mount = 165;
        foreach ((int number, long result, TaskFlags flags) in new (int, long, TaskFlags)[]
            { (Mount, 0, TaskFlags.Started), (Mount, -1, TaskFlags.Started), (1, 0, TaskFlags.Started), (Mount, 0, TaskFlags.Runtime) })
        {
            _feed.Add(RecordBytes.Of(RecordKind.Syscall, 1, (ref RingRecord record) =>
            {
                record.Number = number;
                record.Result = result;
                record.Task.Flags = (uint)flags;
            }));
        }

        Release();

        _witness.Mounts.ShouldBe([(100, 8u)]);
    }

    [Fact]
    public void Reports_what_finds_the_queue_full_with_its_numbers()
    {
        _queue = new EventQueue(_sequence, _clock, new QueueLimits(3, 1 << 20));
        long first = _sequence.Next;
        for (long at = 1; at <= 10; at++) _feed.Add(RecordBytes.Of(RecordKind.Fork, at));

        Release();
        List<TakenEvent> later = [];
        _queue.TakeBatch(later, 100, long.MaxValue);

        _taken.Select(taken => taken.BootNs).ShouldBe([1, 2, 3]);
        later.ShouldHaveSingleItem().Content.ShouldBeOfType<EventContent.Loss>().Range.ShouldBe(new LostRange(LossCause.Spool, 7,
            first + 3, first + 9));
    }

    [Fact]
    public void Refuses_what_is_too_short_to_be_a_record() => _feed.Add(new byte[100]).ShouldBeFalse();

    private void Release()
    {
        _feed.Release(long.MaxValue, _queue);
        _queue.TakeBatch(_taken, 100, long.MaxValue);
        var tasks = new TaskSnapshots();
        _batch.Begin(new NodeId("n"), new BootId("b"), _taken[0].Sequence, default, 0);
        foreach (TakenEvent taken in _taken) taken.Content.AddTo(_batch, tasks, in taken);
    }

    private sealed class Names : IContainerNames
    {
        private readonly byte[] _container = "c77"u8.ToArray();
        private readonly byte[] _path = "/docker/77"u8.ToArray();

        public ReadOnlyMemory<byte> Container(ulong cgroup) => cgroup == RecordBytes.Container ? _container : default(ReadOnlyMemory<byte>);

        public ReadOnlyMemory<byte> Path(ulong cgroup) => _path;
    }

    private sealed class Witness : IKernelWitness
    {
        public List<ExecutedFile> Executed { get; } = [];

        public List<(int, uint)> Mounts { get; } = [];

        void IKernelWitness.Executed(in ExecutedFile file) => Executed.Add(file);

        public void MountsChanged(int tgid, uint mountNs) => Mounts.Add((tgid, mountNs));
    }
}
