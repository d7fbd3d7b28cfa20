using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Testing;

public static partial class Some
{
    /// <summary>A batch of events of all kinds with any values whatever that the contract allows.</summary>
    public static EventBatch Batch(int seed = 1, int events = 8)
    {
        var random = new Random(seed);
        var batch = new EventBatch();
        var clock = new EventTime(AnyLong(random), AnyLong(random));
        batch.Begin(new NodeId(AnyString(random)), new BootId(AnyString(random)), AnyLong(random), clock, AnyLong(random));
        for (int i = random.Next(4); i > 0; i--) batch.AddTask(AnyTask(random, batch));
        for (int i = 0; i < events; i++) AddAnyEvent(random, batch);
        return batch;
    }

    private static void AddAnyEvent(Random random, EventBatch batch)
    {
        long bootNs = AnyLong(random);
        short cpu = (short)random.Next(0, short.MaxValue);
        int task = random.Next(EventRecord.NoTask, batch.Tasks.Length);
        switch (AnyEnum<EventKind>(random))
        {
            case EventKind.Container: batch.AddContainer(bootNs, AnyContainer(random)); break;
            case EventKind.Process: batch.AddProcess(bootNs, cpu, task, AnyProcess(random, batch)); break;
            case EventKind.File: batch.AddFile(bootNs, cpu, task, AnyFile(random, batch)); break;
            case EventKind.Syscall: batch.AddSyscall(bootNs, cpu, task, AnySyscall(random, batch)); break;
            case EventKind.Mount: batch.AddMount(bootNs, cpu, task, AnyMount(random, batch)); break;
            case EventKind.Loss: batch.AddLoss(bootNs, AnyLoss(random, batch)); break;
            case EventKind.Heartbeat: batch.AddHeartbeat(bootNs, AnyHeartbeat(random)); break;
        }
    }

    private static TaskRecord AnyTask(Random random, EventBatch batch) => new()
    {
        Tgid = AnyInt(random),
        Tid = AnyInt(random),
        StartNs = AnyLong(random),
        ParentTgid = AnyInt(random),
        ParentStartNs = AnyLong(random),
        NamespaceTgid = AnyInt(random),
        ExecGeneration = AnyInt(random),
        Uid = AnyUInt(random),
        Gid = AnyUInt(random),
        EffectiveUid = AnyUInt(random),
        EffectiveGid = AnyUInt(random),
        CapEffective = AnyULong(random),
        CapPermitted = AnyULong(random),
        Flags = (TaskFlags)random.Next(16),
        SeccompMode = (byte)random.Next(256),
        MountNs = AnyUInt(random),
        PidNs = AnyUInt(random),
        UserNs = AnyUInt(random),
        NetNs = AnyUInt(random),
        IpcNs = AnyUInt(random),
        UtsNs = AnyUInt(random),
        CgroupNs = AnyUInt(random),
        CgroupId = AnyULong(random),
        ContainerId = batch.AddText(AnyString(random)),
        CgroupPath = batch.AddText(AnyBytes(random)),
        Comm = batch.AddText(AnyBytes(random)),
        ExePath = batch.AddText(AnyBytes(random)),
    };

    private static ProcessRecord AnyProcess(Random random, EventBatch batch) => new()
    {
        Action = AnyEnum<ProcessAction>(random),
        FileName = batch.AddText(AnyBytes(random)),
        Script = batch.AddText(AnyBytes(random)),
        Arguments = batch.AddText(AnyBytes(random)),
        ArgumentsTruncated = AnyBool(random),
        WorkingDirectory = batch.AddText(AnyBytes(random)),
        Executable = AnyFileReference(random),
        EffectiveUidBefore = AnyUInt(random),
        CapPermittedBefore = AnyULong(random),
        StandardStreams = AnyInt(random),
        ExitCode = AnyInt(random),
        ExitSignal = AnyInt(random),
    };

    private static FileRecord AnyFile(Random random, EventBatch batch) => new()
    {
        Operation = AnyEnum<FileOperation>(random),
        Path = batch.AddText(AnyBytes(random)),
        RawPath = batch.AddText(AnyBytes(random)),
        OtherPath = batch.AddText(AnyBytes(random)),
        PathTruncated = AnyBool(random),
        File = AnyFileReference(random),
        Flags = AnyLong(random),
        Result = AnyLong(random),
        Bytes = AnyLong(random),
        Count = AnyLong(random),
        Sha256 = batch.AddText(AnyBytes(random)),
    };

    private static SyscallRecord AnySyscall(Random random, EventBatch batch)
    {
        var call = new SyscallRecord
        {
            Number = AnyInt(random),
            Abi = AnyEnum<SyscallAbi>(random),
            Result = AnyLong(random),
            EnterNs = AnyLong(random),
            Path = batch.AddText(AnyBytes(random)),
            OtherPath = batch.AddText(AnyBytes(random)),
            File = AnyFileReference(random),
            Data = batch.AddText(AnyBytes(random)),
            TargetTgid = AnyInt(random),
            TargetStartNs = AnyLong(random),
            TargetContainerId = batch.AddText(AnyString(random)),
            Count = AnyLong(random),
            FirstNs = AnyLong(random),
        };
        foreach (ref long argument in call.Arguments) argument = AnyLong(random);
        return call;
    }

    private static MountRecord AnyMount(Random random, EventBatch batch) => new()
    {
        Action = AnyEnum<MountAction>(random),
        MountNs = AnyUInt(random),
        MountId = AnyInt(random),
        ParentId = AnyInt(random),
        Device = AnyULong(random),
        Root = batch.AddText(AnyBytes(random)),
        MountPoint = batch.AddText(AnyBytes(random)),
        FileSystem = batch.AddText(AnyBytes(random)),
        Source = batch.AddText(AnyBytes(random)),
        Options = batch.AddText(AnyBytes(random)),
    };

    private static LossRecord AnyLoss(Random random, EventBatch batch) => new()
    {
        Cause = AnyEnum<LossCause>(random),
        Count = AnyLong(random),
        FirstSequence = AnyLong(random),
        LastSequence = AnyLong(random),
        ContainerId = batch.AddText(AnyString(random)),
    };

    private static HeartbeatRecord AnyHeartbeat(Random random) => new()
    {
        AgentVersion = AnyString(random),
        KernelRelease = AnyString(random),
        Architecture = AnyString(random),
        EventsTaken = AnyLong(random),
        EventsLost = AnyLong(random),
        SpoolBytes = AnyLong(random),
        Sources = [.. AnyStrings(random).Select(name => new SourceState(name, AnyString(random), AnyString(random)))],
    };

    private static FileReference AnyFileReference(Random random) => random.Next(4) == 0
        ? default
        : new FileReference
        {
            Device = AnyULong(random),
            Inode = AnyULong(random),
            LinkCount = AnyUInt(random),
            Mode = AnyUInt(random),
            FileSystem = AnyUInt(random),
            MountId = AnyInt(random),
            Layer = AnyEnum<FileLayer>(random),
            Size = AnyLong(random),
            ChangeTimeNs = AnyLong(random),
        };
}
