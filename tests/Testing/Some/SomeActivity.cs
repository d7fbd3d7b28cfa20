using System.Globalization;
using Pipeline.Domain.Events;

namespace Testing;

public static partial class Some
{
    private static readonly string[] Programs = ["/usr/sbin/nginx", "/usr/bin/python3.11", "/usr/local/bin/redis-server", "/bin/busybox", "/usr/bin/bash", "/usr/bin/curl"];

    private static readonly string[] Files =
    [
        "/usr/lib/x86_64-linux-gnu/libc.so.6", "/etc/ld.so.cache", "/var/lib/app/data/segment-000017.log", "/usr/lib/python3.11/encodings/__init__.py",
        "/proc/self/status", "/etc/passwd", "/tmp/upload-8c1f/part-3", "/srv/www/static/app.3f9c2d.js",
    ];

    /// <summary>
    /// A batch as a busy node sends it: four containers and the host, file operations (45 %), system calls (37 %), processes that fork,
    /// execute and exit (15 %), mounts, a container's description, a heartbeat. For measurements, and for tests that want plausible events.
    /// </summary>
    public static EventBatch NodeActivity(int seed = 1, int events = 256)
    {
        var random = new Random(seed);
        var batch = new EventBatch();
        batch.Begin(Node, Boot, 1 + (long)seed * events, Clock, lostSinceLast: 0);
        int tasks = Math.Max(1, events / 10);
        for (int i = 0; i < tasks; i++) batch.AddTask(PlausibleTask(random, batch));
        for (int i = 0; i < events; i++)
        {
            // Over the 20 ms that a batch may take, in order.
            long bootNs = Clock.BootNs - 20_000_000L * (events - i) / events + random.Next(50_000);
            short cpu = (short)random.Next(8);
            int task = random.Next(tasks);
            switch (random.Next(1000))
            {
                case < 450: batch.AddFile(bootNs, cpu, task, PlausibleFile(random, batch)); break;
                case < 820: batch.AddSyscall(bootNs, cpu, task, PlausibleSyscall(random, batch, bootNs)); break;
                case < 970: batch.AddProcess(bootNs, cpu, task, PlausibleProcess(random, batch)); break;
                case < 990: batch.AddMount(bootNs, cpu, task, PlausibleMount(random, batch)); break;
                case < 997: batch.AddContainer(bootNs, AnyContainer(random.Next(4)) with { ContainerId = ContainerId(random.Next(4)) }); break;
                default: batch.AddHeartbeat(bootNs, PlausibleHeartbeat(batch)); break;
            }
        }

        return batch;
    }

    private static TaskRecord PlausibleTask(Random random, EventBatch batch)
    {
        int container = random.Next(5);
        bool onHost = container == 4;
        string id = ContainerId(container);
        string program = Pick<string>(random, Programs);
        int tgid = random.Next(1000, 60_000);
        uint namespaces = 4_026_532_000 + (uint)container * 10;
        return new TaskRecord
        {
            Tgid = tgid,
            Tid = tgid + random.Next(2),
            StartNs = Clock.BootNs - random.NextInt64(1, 900_000_000_000),
            ParentTgid = random.Next(1, 1000),
            ParentStartNs = Clock.BootNs - 900_000_000_000,
            NamespaceTgid = onHost ? tgid : random.Next(1, 200),
            ExecGeneration = 1,
            Uid = onHost ? 0u : 101,
            Gid = onHost ? 0u : 101,
            EffectiveUid = onHost ? 0u : 101,
            EffectiveGid = onHost ? 0u : 101,
            CapEffective = onHost ? 0x1ff_ffff_ffffUL : 0,
            CapPermitted = onHost ? 0x1ff_ffff_ffffUL : 0xa804_25fbUL,
            Flags = onHost ? TaskFlags.None : TaskFlags.Started,
            SeccompMode = (byte)(onHost ? 0 : 2),
            MountNs = namespaces,
            PidNs = namespaces + 1,
            UserNs = 4_026_531_837,
            NetNs = namespaces + 2,
            IpcNs = namespaces + 3,
            UtsNs = namespaces + 4,
            CgroupNs = namespaces + 5,
            CgroupId = 7000 + (ulong)container,
            ContainerId = batch.AddText(onHost ? "" : id),
            CgroupPath = batch.AddText(onHost ? "/system.slice/cron.service" : $"/system.slice/docker-{id}.scope"),
            Comm = batch.AddText(program[(program.LastIndexOf('/') + 1)..]),
            ExePath = batch.AddText(program),
        };
    }

    private static FileReference PlausibleReference(Random random) => new()
    {
        Device = 0xfd00,
        Inode = (ulong)random.Next(10_000, 4_000_000),
        LinkCount = 1,
        Mode = 0x81a4,
        FileSystem = 0x794c7630,
        MountId = random.Next(20, 900),
        Layer = Pick(random, FileLayer.Image, FileLayer.Upper, FileLayer.Mount),
        Size = random.Next(0, 2_000_000),
        ChangeTimeNs = Clock.WallNs - random.NextInt64(1, 1_000_000_000_000_000),
    };

    private static FileRecord PlausibleFile(Random random, EventBatch batch)
    {
        Text path = batch.AddText(Pick<string>(random, Files));
        return new FileRecord
        {
            Operation = Pick(random, FileOperation.Open, FileOperation.Open, FileOperation.Write, FileOperation.Unlink, FileOperation.Close),
            Path = path,
            RawPath = random.Next(3) == 0 ? path : default,
            File = PlausibleReference(random),
            Flags = 0x80000,
            Result = random.Next(3, 40),
            Bytes = random.Next(0, 8192),
            Count = 1,
        };
    }

    private static SyscallRecord PlausibleSyscall(Random random, EventBatch batch, long bootNs)
    {
        var call = new SyscallRecord
        {
            Number = random.Next(0, 450),
            Result = random.Next(4) == 0 ? -random.Next(1, 100) : 0,
            EnterNs = bootNs - random.Next(500, 60_000),
            Path = random.Next(2) == 0 ? batch.AddText(Pick<string>(random, Files)) : default,
            Data = random.Next(3) == 0 ? batch.AddText(new byte[16]) : default,
            Count = 1,
            FirstNs = bootNs,
        };
        call.Arguments[0] = random.Next(3, 40);
        call.Arguments[1] = 0x7f00_0000_0000 + random.NextInt64(0x00ff_ffff_ffff);
        call.Arguments[2] = random.Next(0, 65_536);
        if (random.Next(2) == 0) call.Arguments[3] = 0x7f00_0000_0000 + random.NextInt64(0x00ff_ffff_ffff);
        return call;
    }

    private static ProcessRecord PlausibleProcess(Random random, EventBatch batch)
    {
        ProcessAction action = Pick(random, ProcessAction.Forked, ProcessAction.Executed, ProcessAction.Exited);
        if (action != ProcessAction.Executed) return new ProcessRecord { Action = action, ExitCode = random.Next(2) };
        string program = Pick<string>(random, Programs);
        return new ProcessRecord
        {
            Action = action,
            FileName = batch.AddText(program),
            Arguments = batch.AddText($"{program}\0-c\0/etc/app/{random.Next(100).ToString(CultureInfo.InvariantCulture)}.conf\0--verbose\0"),
            WorkingDirectory = batch.AddText("/srv/app"),
            Executable = PlausibleReference(random),
            EffectiveUidBefore = 101,
            CapPermittedBefore = 0xa804_25fb,
            StandardStreams = 0x221,
        };
    }

    private static MountRecord PlausibleMount(Random random, EventBatch batch) => new()
    {
        Action = MountAction.Mounted,
        MountNs = 4_026_532_000,
        MountId = random.Next(20, 900),
        ParentId = 31,
        Device = 0x15,
        Root = batch.AddText("/"),
        MountPoint = batch.AddText("/proc"),
        FileSystem = batch.AddText("proc"),
        Source = batch.AddText("proc"),
        Options = batch.AddText("rw,nosuid,nodev,noexec,relatime"),
    };

    private static HeartbeatRecord PlausibleHeartbeat(EventBatch batch) => new()
    {
        AgentVersion = "0.1.0",
        KernelRelease = "6.1.0-28-amd64",
        Architecture = "x86_64",
        EventsTaken = batch.FirstSequence,
        Sources = [new SourceState("docker", "connected", "API 1.41"), new SourceState("bpf", "connected", "")],
    };
}
