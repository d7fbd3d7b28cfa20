using System.Globalization;
using System.Text;
using Agents.NodeAgent.Redaction;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Inventory;

/// <summary>What was seen of a process at a glance: enough to say whether it is wanted.</summary>
internal sealed record ProcessGlance(int Tgid, ProcessStat Stat, (string Path, string Controllers, ContainerCgroup? Container) Place)
{
    public long StartNs => Stat.StartTicks * (1_000_000_000 / LinuxFiles.TicksPerSecond);
}

/// <summary>
/// Reads processes from proc(5). A process that ends while it is read, or whose number went to another, is simply not there: null. Not
/// thread-safe.
/// </summary>
internal sealed class ProcessReader(InventoryOptions options, CgroupDirectories cgroups, NamedCgroups? named, ArgumentRedactor redactor)
{
    private const int MostStatBytes = 4096;
    private const int MostStatusBytes = 64 * 1024;
    private const int MostCgroupBytes = 64 * 1024;
    private const string Deleted = " (deleted)";

    public string PathOf(int tgid, string entry) => string.Create(CultureInfo.InvariantCulture, $"{options.Proc}/{tgid}/{entry}");

    public IEnumerable<int> Processes()
    {
        foreach (string directory in Directory.EnumerateDirectories(options.Proc))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int tgid)) yield return tgid;
        }
    }

    public ProcessGlance? Glance(int tgid)
    {
        if (Stat(tgid) is not { State: not 'Z' and not 'X' } stat) return null;
        byte[]? cgroup = LinuxFiles.Read(PathOf(tgid, "cgroup"), MostCgroupBytes);
        return cgroup is null ? null : new ProcessGlance(tgid, stat, CgroupMembership.Parse(cgroup).Best(named));
    }

    public uint Namespace(int tgid, string kind) => LinuxFiles.NamespaceOf(PathOf(tgid, "ns/" + kind));

    /// <param name="parentStartNs">Start of its parent; 0 when not known.</param>
    /// <param name="flags">What the process's surroundings say of it.</param>
    /// <param name="mounts">Its namespace's mount table.</param>
    public ExistingProcess? Read(ProcessGlance glance, long parentStartNs, TaskFlags flags, IReadOnlyList<MountRow> mounts)
    {
        int tgid = glance.Tgid;
        if (LinuxFiles.Read(PathOf(tgid, "status"), MostStatusBytes) is not { } content) return null;
        var status = ProcessStatus.Parse(content);
        byte[] exe = LinuxFiles.ReadLink(PathOf(tgid, "exe")) ?? [];
        FileFacts? file = LinuxFiles.Facts(PathOf(tgid, "exe"));
        if (file is { LinkCount: 0 } && exe.AsSpan().EndsWith(Encoding.ASCII.GetBytes(Deleted))) exe = exe[..^Deleted.Length];
        byte[] raw = LinuxFiles.Read(PathOf(tgid, "cmdline"), options.MostArgumentBytes + ArgumentRedactor.Overlap) ?? [];
        SafeArguments arguments = redactor.Apply(raw, options.MostArgumentBytes);
        var process = new ExistingProcess
        {
            Task = Task(glance, status, parentStartNs, flags),
            Comm = glance.Stat.Comm,
            ExePath = exe,
            Arguments = arguments.Bytes,
            ArgumentsTruncated = arguments.Truncated,
            WorkingDirectory = LinuxFiles.ReadLink(PathOf(tgid, "cwd")) ?? [],
            ContainerId = glance.Place.Container?.Id ?? "",
            CgroupPath = glance.Place.Path,
            Executable = file is { } facts ? ExecutableLayer.Reference(facts, exe, glance.Place.Container is not null, mounts) : default,
            StandardStreams = Streams(tgid),
        };

        // The number may have gone to another process while it was read.
        return Stat(tgid)?.StartTicks == glance.Stat.StartTicks ? process : null;
    }

    private TaskRecord Task(ProcessGlance glance, in ProcessStatus status, long parentStartNs, TaskFlags flags) => new()
    {
        Tgid = glance.Tgid,
        Tid = glance.Tgid,
        StartNs = glance.StartNs,
        ParentTgid = glance.Stat.ParentTgid,
        ParentStartNs = parentStartNs,
        NamespaceTgid = status.NamespaceTgid,
        Uid = status.Uid,
        Gid = status.Gid,
        EffectiveUid = status.EffectiveUid,
        EffectiveGid = status.EffectiveGid,
        CapEffective = status.CapEffective,
        CapPermitted = status.CapPermitted,
        Flags = status.NoNewPrivileges ? flags | TaskFlags.NoNewPrivileges : flags,
        SeccompMode = status.SeccompMode,
        MountNs = Namespace(glance.Tgid, "mnt"),
        PidNs = Namespace(glance.Tgid, "pid"),
        UserNs = Namespace(glance.Tgid, "user"),
        NetNs = Namespace(glance.Tgid, "net"),
        IpcNs = Namespace(glance.Tgid, "ipc"),
        UtsNs = Namespace(glance.Tgid, "uts"),
        CgroupNs = Namespace(glance.Tgid, "cgroup"),
        CgroupId = cgroups.IdOf(glance.Place.Controllers, glance.Place.Path),
    };

    private ProcessStat? Stat(int tgid) =>
        LinuxFiles.Read(PathOf(tgid, "stat"), MostStatBytes) is { } content ? ProcessStat.Parse(content) : null;

    private int Streams(int tgid)
    {
        int streams = 0;
        for (int descriptor = 0; descriptor < 3; descriptor++)
        {
            byte[]? target = LinuxFiles.ReadLink(PathOf(tgid, string.Create(CultureInfo.InvariantCulture, $"fd/{descriptor}")));
            streams |= StreamType(target) << (descriptor * 4);
        }

        return streams;
    }

    /// <summary>0 none, 1 file, 2 pipe, 3 socket, 4 terminal.</summary>
    private static int StreamType(ReadOnlySpan<byte> target) => target switch
    {
        [] => 0,
        _ when target.StartsWith("pipe:"u8) => 2,
        _ when target.StartsWith("socket:"u8) => 3,
        _ when target.StartsWith("/dev/pts/"u8) || target.StartsWith("/dev/tty"u8) || target.SequenceEqual("/dev/console"u8) => 4,
        _ => 1,
    };
}
