using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;

namespace Schemas.Tests;

/// <summary>The literal values behind the golden files: they must never change, for they stand for what has been written.</summary>
internal static class Samples
{
    public static DeadLetter DeadLetter { get; } = new()
    {
        Topic = "node-events",
        Partition = 3,
        Offset = 1_234_567,
        TimestampMs = 1_750_000_000_123,
        Stage = "decode",
        Reason = DeadLetterReason.Malformed,
        Detail = "Truncated at byte 17: number",
        Key = Encoding.UTF8.GetBytes("node-1"),
        Value = new byte[] { 0xC3, 0x01, 0xFF },
        FirstSeenMs = 1_750_000_000_456,
        PipelineVersion = "0.1.0",
    };

    public static Evidence Evidence { get; } = new("node-1", "boot-1", 7, "container", DateTimeOffset.UnixEpoch.AddSeconds(1_750_000_000),
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("privileged", "true").Add("user", "root"));

    public static AlarmRaised Raised { get; } = new()
    {
        AlarmId = DeterministicId.From("alarm"),
        Ordinal = 0,
        At = DateTimeOffset.UnixEpoch.AddSeconds(1_750_000_000).AddMicroseconds(123_456),
        Type = AlarmType.AbnormalStartup,
        RuleId = "AS-01",
        RuleVersion = 1,
        ClassId = "container_1003",
        Title = "Container started privileged",
        Severity = Severity.High,
        Outcome = Outcome.SystemVulnerability,
        Attack = ["T1611"],
        Source = new AlarmSource("node-1", "boot-1", "c1", "web", "nginx:1.27", "sha256:00", "default", "web-1", "Deployment/web"),
        Subject = "web",
        Content = [new ContentItem("privileged", "privileged:true", Severity.High, "explicit")],
        Processes =
        [
            new AlarmProcess(4711, 11, 1_000_000_000, "/bin/sh", "sh -c id", 0, 33, "00000000a80425fb"),
            new AlarmProcess(4700, 1, 900_000_000, "/usr/sbin/nginx", "nginx", 4_294_967_295, 0, "0000000000000000"),
        ],
        Evidence = [Evidence],
        EvidenceComplete = false,
        EvidenceGaps = ["5-6"],
        PolicyId = "default",
        PolicyVersion = 2,
        Recommendation = "Do not.",
        DedupKey = "c1/privileged",
        Labels = ["existing"],
    };

    public static ImmutableArray<AlarmEvent> Alarms { get; } =
    [
        Raised,
        new AlarmConfirmed { AlarmId = Raised.AlarmId, Ordinal = 1, At = Raised.At, Evidence = Evidence },
        new AlarmRecurred { AlarmId = Raised.AlarmId, Ordinal = 2, At = Raised.At, Evidence = Evidence, Occurrences = 12 },
        new AlarmEscalated
        {
            AlarmId = Raised.AlarmId, Ordinal = 3, At = Raised.At, Evidence = Evidence, Severity = Severity.Critical, Outcome = Outcome.AttackSuccess,
        },
        new AlarmAmended { AlarmId = Raised.AlarmId, Ordinal = 4, At = Raised.At, Evidence = Evidence, Source = Raised.Source },
        new AlarmActionTaken
        {
            AlarmId = Raised.AlarmId, At = Raised.At, RequestId = DeterministicId.From("request"), Action = AlarmAction.Close, State = AlarmState.Closed,
            Acknowledged = true, Actor = "alice", Origin = "alarmctl", Reason = "meant to be", Verdict = Verdict.Benign,
        },
        new AlarmActionTaken
        {
            AlarmId = Raised.AlarmId, At = Raised.At, RequestId = DeterministicId.From("other"), Action = AlarmAction.Whitelist,
            State = AlarmState.Whitelisted, Acknowledged = false, Actor = "exclusion", Origin = "exclusion", Reason = "", Assignee = "bob",
            Exclusion = DeterministicId.From("exclusion"), Comment = DeterministicId.From("comment"),
        },
    ];

    public static EventBatch Batch()
    {
        var batch = new EventBatch();
        batch.Begin(new NodeId("node-1"), new BootId("boot-1"), 1000, new EventTime(5_000_000_000, 1_750_000_000_000_000_000), 3);
        int task = batch.AddTask(new TaskRecord
        {
            Tgid = 4242,
            Tid = 4243,
            StartNs = 4_000_000_000,
            ParentTgid = 4200,
            ParentStartNs = 3_000_000_000,
            NamespaceTgid = 17,
            ExecGeneration = 1,
            Uid = 0,
            Gid = 0,
            EffectiveUid = uint.MaxValue,
            EffectiveGid = 1000,
            CapEffective = 0x1ffffffffff,
            CapPermitted = ulong.MaxValue,
            Flags = TaskFlags.Started | TaskFlags.ExecSession,
            SeccompMode = 2,
            MountNs = 4026532001,
            PidNs = 4026532002,
            UserNs = 4026531837,
            NetNs = 4026532003,
            IpcNs = 4026532004,
            UtsNs = 4026532005,
            CgroupNs = 4026531835,
            CgroupId = 9001,
            ContainerId = batch.AddText("c1"),
            CgroupPath = batch.AddText("/docker/c1"),
            Comm = batch.AddText("sh"),
            ExePath = batch.AddText("/bin/busybox"),
        });
        var file = new FileReference
        {
            Device = 0x801,
            Inode = 77,
            LinkCount = 1,
            Mode = 0x81ED,
            FileSystem = 0x794c7630,
            MountId = 31,
            Layer = FileLayer.Upper,
            Size = 1024,
            ChangeTimeNs = 1_749_999_999_000_000_000,
        };
        batch.AddContainer(4_900_000_000, Container);
        batch.AddProcess(4_910_000_000, 1, task, new ProcessRecord
        {
            Action = ProcessAction.Executed,
            FileName = batch.AddText("/bin/sh"),
            Script = batch.AddText("/run.sh"),
            Arguments = batch.AddText("sh\0-c\0id\0"),
            ArgumentsTruncated = true,
            WorkingDirectory = batch.AddText("/"),
            Executable = file,
            EffectiveUidBefore = 1000,
            CapPermittedBefore = 1,
            StandardStreams = 0x344,
            ExitCode = 0,
            ExitSignal = 9,
        });
        batch.AddFile(4_920_000_000, 1, task, new FileRecord
        {
            Operation = FileOperation.Rename,
            Path = batch.AddText("/etc/x"),
            RawPath = batch.AddText("x"),
            OtherPath = batch.AddText([0x2F, 0xFF]),
            PathTruncated = false,
            File = file,
            Flags = 0x241,
            Result = -13,
            Bytes = 10,
            Count = 2,
            Sha256 = batch.AddText(new byte[32]),
        });
        batch.AddSyscall(4_930_000_000, 0, task, Call(batch));
        batch.AddMount(4_940_000_000, 0, EventRecord.NoTask, new MountRecord
        {
            Action = MountAction.Mounted,
            MountNs = 4026532001,
            MountId = 99,
            ParentId = 31,
            Device = 0x15,
            Root = batch.AddText("/"),
            MountPoint = batch.AddText("/proc"),
            FileSystem = batch.AddText("proc"),
            Source = batch.AddText("proc"),
            Options = batch.AddText("rw"),
        });
        batch.AddLoss(4_950_000_000, new LossRecord
        {
            Cause = LossCause.RingBuffer,
            Count = 3,
            FirstSequence = 10,
            LastSequence = 12,
            ContainerId = batch.AddText("c1"),
        });
        batch.AddHeartbeat(5_000_000_000, new HeartbeatRecord
        {
            AgentVersion = "0.1.0",
            KernelRelease = "6.1.0",
            Architecture = "x86_64",
            EventsTaken = 1007,
            EventsLost = 3,
            SpoolBytes = 4096,
            Sources = [new SourceState("docker", "connected", "API 1.41")],
        });
        return batch;
    }

    private static ContainerRecord Container { get; } = new()
    {
        Action = ContainerAction.Died,
        ContainerId = "c1",
        Runtime = "docker",
        ExitCode = 137,
        Running = false,
        Pid = 4242,
        ExecId = "e1",
        ExecCommand = ["id"],
        Spec = new ContainerSpec
        {
            Name = "web",
            Image = "nginx:1.27",
            ImageDigest = "sha256:00",
            Format = "docker",
            OperatingSystem = "linux",
            IsSandbox = true,
            Pod = new PodFacts("default", "web-1", "uid-1", "Deployment", "web", "sa"),
            Labels = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("a", "1").Add("b", ""),
            Privileged = Setting.Explicit(true),
            Capabilities = new CapabilitySettings(["SYS_ADMIN"], ["ALL"], ["CHOWN", "KILL"], Basis.Inherited),
            Seccomp = Setting.Explicit(SeccompProfile.Unconfined),
            NoNewPrivileges = Setting.Inherited(false),
            Mounts = [new ContainerMount("/var/run", "/run", "rw", "rprivate", "bind")],
            HostNamespaces = [new HostNamespace("pid", Basis.Explicit)],
            WorkingDirectory = "/srv",
            User = "1000:1000",
            Command = ["nginx", "-g", "daemon off;"],
        },
    };

    public static byte[] Encode(EventBatch batch)
    {
        var output = new ArrayBufferWriter<byte>();
        NodeEventsCodec.Encode(batch, output);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Encode(DeadLetter letter)
    {
        var output = new ArrayBufferWriter<byte>();
        DeadLetterCodec.Encode(letter, output);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Encode(AlarmEvent alarm)
    {
        var output = new ArrayBufferWriter<byte>();
        AlarmCodec.Encode(alarm, output);
        return output.WrittenSpan.ToArray();
    }

    private static SyscallRecord Call(EventBatch batch)
    {
        var call = new SyscallRecord
        {
            Number = 165,
            Abi = SyscallAbi.Compat,
            Result = -1,
            EnterNs = 4_929_999_000,
            Path = batch.AddText("/mnt"),
            OtherPath = batch.AddText("/dev/sda1"),
            Data = batch.AddText([1, 2, 3]),
            TargetTgid = 1,
            TargetStartNs = 5,
            TargetContainerId = batch.AddText("c2"),
            Count = 4,
            FirstNs = 4_925_000_000,
        };
        for (int i = 0; i < 6; i++) call.Arguments[i] = i * 1000;
        return call;
    }
}
