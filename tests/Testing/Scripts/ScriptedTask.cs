using Pipeline.Domain.Events;

namespace Testing.Scripts;

/// <summary>A thread of a script, as it is when the next event happens. An ordinary one: root without extra rights, in a started container.</summary>
public sealed record ScriptedTask
{
    /// <summary>The 14 capabilities that Docker and containerd give to root.</summary>
    public const ulong DefaultCapabilities = 0xa80425fb;

    public string Container { get; init; } = "";

    public int Tgid { get; init; } = 100;

    /// <summary>0: the process's first thread.</summary>
    public int Tid { get; init; }

    /// <summary>Start of the process; tests that do not care leave pids apart instead.</summary>
    public long StartNs { get; init; } = 1_000_000_000;

    public int ParentTgid { get; init; } = 1;

    public long ParentStartNs { get; init; } = 1_000_000_000;

    public int ExecGeneration { get; init; }

    public string ExePath { get; init; } = "/bin/app";

    public string Comm { get; init; } = "app";

    public uint Uid { get; init; }

    public uint EffectiveUid { get; init; }

    /// <summary>Null: the number of the user.</summary>
    public uint? EffectiveGid { get; init; }

    public ulong CapEffective { get; init; } = DefaultCapabilities;

    public ulong CapPermitted { get; init; } = DefaultCapabilities;

    public TaskFlags Flags { get; init; } = TaskFlags.Started;

    public byte SeccompMode { get; init; } = 2;

    /// <summary>The host's own mount namespace for a process of the host, else that of one and the same container.</summary>
    public uint MountNs
    {
        get => field != 0 ? field : Container.Length == 0 ? MountSteps.HostNs : 4_026_532_500;
        init;
    }

    public uint PidNs { get; init; } = 4_026_532_501;

    public uint UserNs { get; init; } = 4_026_531_837;

    public uint NetNs { get; init; } = 4_026_532_502;

    public string CgroupPath { get; init; } = "";

    public TaskRecord In(EventBatch batch) => new()
    {
        Tgid = Tgid,
        Tid = Tid == 0 ? Tgid : Tid,
        StartNs = StartNs,
        ParentTgid = ParentTgid,
        ParentStartNs = ParentStartNs,
        NamespaceTgid = Tgid % 1000,
        ExecGeneration = ExecGeneration,
        Uid = Uid,
        EffectiveUid = EffectiveUid,
        Gid = Uid,
        EffectiveGid = EffectiveGid ?? EffectiveUid,
        CapEffective = CapEffective,
        CapPermitted = CapPermitted,
        Flags = Flags,
        SeccompMode = SeccompMode,
        MountNs = MountNs,
        PidNs = PidNs,
        UserNs = UserNs,
        NetNs = NetNs,
        CgroupId = (ulong)(Container.Length > 0 ? 4000 + Container.Length : 1),
        ContainerId = batch.AddText(Container),
        CgroupPath = batch.AddText(CgroupPath),
        Comm = batch.AddText(Comm),
        ExePath = batch.AddText(ExePath),
    };
}
