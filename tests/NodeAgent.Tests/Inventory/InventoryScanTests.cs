using System.Text;
using Agents.NodeAgent.Inventory;
using Agents.NodeAgent.Redaction;
using Pipeline.Domain.Events;

namespace NodeAgent.Tests.Inventory;

public sealed class InventoryScanTests : IDisposable
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Cgroup = "/docker/" + Id;
    private const uint ContainerMountNs = 4026532200;
    private const uint ContainerPidNs = 4026532201;

    private readonly FakeProc _proc = new();

    public InventoryScanTests()
    {
        _proc.Process(50, 1, 100, "/system.slice/containerd.service", "containerd-shim");
        _proc.Process(60, 1, 90, "/system.slice/sshd.service", "sshd");
        InContainer(100, 50, 200, "nginx", ownPid: 1);
        InContainer(101, 100, 210, "nginx", ownPid: 7);
    }

    public void Dispose() => _proc.Dispose();

    [Fact]
    public void Finds_processes_of_containers_and_their_ancestors_parents_first()
    {
        List<ExistingProcess> found = Scan().Processes;

        found.Select(process => process.Task.Tgid).ShouldBe([1, 50, 100, 101]);
        found.Select(process => process.ContainerId).ShouldBe(["", "", Id, Id]);
    }

    [Fact]
    public void Tells_of_the_first_process_also_where_no_container_runs()
    {
        using var proc = new FakeProc();
        proc.Process(60, 1, 90, "/system.slice/sshd.service", "sshd");

        Scan(new InventoryOptions { Proc = proc.Path }).Processes.Select(process => process.Task.Tgid).ShouldBe([1]);
    }

    [Fact]
    public void Tells_of_a_process_what_a_snapshot_of_its_task_has()
    {
        ExistingProcess process = Scan().Processes[2];

        TaskRecord task = process.Task;
        (task.Tgid, task.Tid, task.StartNs, task.ParentTgid, task.ParentStartNs).ShouldBe((100, 100, 2_000_000_000, 50, 1_000_000_000));
        (task.Uid, task.EffectiveUid, task.Gid, task.EffectiveGid, task.NamespaceTgid).ShouldBe((0u, 5u, 0u, 6u, 1));
        (task.CapPermitted, task.CapEffective, task.SeccompMode).ShouldBe((0xffUL, 0x0fUL, (byte)2));
        (task.MountNs, task.PidNs).ShouldBe((ContainerMountNs, ContainerPidNs));
        task.Flags.ShouldBe(TaskFlags.NoNewPrivileges | TaskFlags.Started);
        Encoding.UTF8.GetString(process.Arguments).ShouldBe("nginx\0-c\0true\0");
        Encoding.UTF8.GetString(process.WorkingDirectory).ShouldBe("/srv");
        process.CgroupPath.ShouldBe(Cgroup);
        process.Executable.Inode.ShouldBe(LinuxFiles.Facts("/proc/self/exe")!.Value.Inode);
        process.StandardStreams.ShouldBe(1 | (2 << 4) | (4 << 8));
    }

    [Fact]
    public void Writes_events_that_a_reader_of_the_log_understands()
    {
        InventoryScan scan = Scan();
        var batch = new EventBatch();
        batch.Begin(new("n"), new("b"), 1, default, 0);

        scan.Processes[2].AddTo(batch, 5);
        foreach (ExistingMount mount in scan.Mounts) mount.AddTo(batch, 6);

        batch.Processes[0].Action.ShouldBe(ProcessAction.Existing);
        batch.String(batch.Tasks[batch.Events[0].Task].ContainerId).ShouldBe(Id);
        batch.String(batch.Tasks[0].Comm).ShouldBe("nginx");
        batch.Mounts[0].Action.ShouldBe(MountAction.Existing);
        batch.Events[1].Task.ShouldBe(EventRecord.NoTask);
    }

    [Fact]
    public void Gives_the_mounts_of_the_host_and_once_those_of_each_container()
    {
        ExistingMount[] mounts = [.. Scan().Mounts];

        mounts.Select(mount => (mount.MountNs, Encoding.UTF8.GetString(mount.Row.MountPoint))).ShouldBe(
            [(FakeProc.HostMountNs, "/"), (FakeProc.HostMountNs, "/sys/fs/cgroup"), (ContainerMountNs, "/"), (ContainerMountNs, "/new\nline")],
            ignoreOrder: true);
    }

    [Fact]
    public void Tells_exec_sessions_from_the_containers_own_processes()
    {
        InContainer(110, 50, 300, "sh", ownPid: 20);
        InContainer(111, 110, 310, "cat", ownPid: 21);

        List<ExistingProcess> found = Scan().Processes;

        found.Where(process => process.Task.Flags.HasFlag(TaskFlags.ExecSession)).Select(process => process.Task.Tgid).ShouldBe([110, 111]);
    }

    [Fact]
    public void Finds_a_process_that_left_its_containers_cgroup_by_its_pid_namespace()
    {
        _proc.Process(120, 50, 400, "/", "hider", mountNs: ContainerMountNs, pidNs: ContainerPidNs, ownPid: 30);

        ExistingProcess hider = Scan().Processes.Single(process => process.Task.Tgid == 120);

        hider.ContainerId.ShouldBeEmpty();
        hider.Task.MountNs.ShouldBe(ContainerMountNs);
    }

    [Fact]
    public void Cuts_arguments_at_the_bound_and_keeps_bytes_that_are_no_text()
    {
        InContainer(130, 100, 500, "long", ownPid: 9, arguments: [0xff, 0xfe, .. new byte[100]]);

        ExistingProcess process = Scan(new InventoryOptions { Proc = _proc.Path, MostArgumentBytes = 10 }).Processes.Single(one => one.Task.Tgid == 130);

        process.Arguments.ShouldBe([0xff, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0]);
        process.ArgumentsTruncated.ShouldBeTrue();
    }

    [Fact]
    public void Hides_secrets_in_arguments()
    {
        InContainer(131, 100, 500, "tool", ownPid: 9, arguments: "tool\0--password=s3cret\0"u8.ToArray());

        Encoding.UTF8.GetString(Scan().Processes.Single(one => one.Task.Tgid == 131).Arguments).ShouldBe("tool\0--password=***\0");
    }

    [Theory]
    [InlineData("stat")]
    [InlineData("status")]
    [InlineData("cgroup")]
    public void Leaves_out_a_process_that_ends_meanwhile(string gone)
    {
        File.Delete(_proc[$"101/{gone}"]);

        Scan().Processes.Select(process => process.Task.Tgid).ShouldBe([1, 50, 100]);
    }

    [Fact]
    public void Survives_parents_in_a_circle()
    {
        InContainer(140, 141, 600, "a", ownPid: 40);
        InContainer(141, 140, 601, "b", ownPid: 41);

        Scan().Processes.Select(process => process.Task.Tgid).ShouldContain(141);
    }

    private void InContainer(int tgid, int parent, long start, string name, int ownPid, byte[]? arguments = null) => _proc.Process(
        tgid,
        parent,
        start,
        Cgroup,
        name,
        arguments,
        mounts: "100 99 0:50 / / rw - overlay overlay rw,upperdir=/absent\n101 100 254:0 /x /new\\012line ro - ext4 /dev/vda rw\n",
        ContainerMountNs,
        ContainerPidNs,
        ownPid,
        streams: "/dev/null pipe:[7] /dev/pts/0");

    private InventoryScan Scan(InventoryOptions? options = null)
    {
        var scan = new InventoryScan(
            options ?? new InventoryOptions { Proc = _proc.Path }, new RuntimePrograms(), new ArgumentRedactor(RedactionRules.Default));
        scan.Run(TestContext.Current.CancellationToken);
        return scan;
    }
}
