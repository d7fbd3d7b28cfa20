using Pipeline.Domain.Events;

namespace Testing.Scripts;

/// <summary>Mounts in scripts: rows as /proc/PID/mountinfo has them.</summary>
public static class MountSteps
{
    public const uint HostNs = 4_026_531_841;

    /// <summary>254:0, what the host has its root and everything else on that has no file system of its own.</summary>
    public const ulong HostDisk = 0xfe00;

    /// <summary>The host's /run, a tmpfs.</summary>
    public const ulong HostRun = 0x18;

    public const uint Ext4 = 0xef53;
    public const uint OverlayFs = 0x794c7630;
    public const uint Tmpfs = 0x01021994;
    public const uint Proc = 0x9fa0;

    /// <summary>The mounts of an ordinary host, announced by its first process: root, proc, sysfs, /run, /boot, /tmp.</summary>
    public static Script HostMounts(this Script script)
    {
        script.By("", 1, "/sbin/init").Process((_, _) => new ProcessRecord { Action = ProcessAction.Existing });
        return script
            .Mounted(HostNs, 21, HostDisk, "/", "/", "ext4")
            .Mounted(HostNs, 22, 0x15, "/", "/proc", "proc")
            .Mounted(HostNs, 23, 0x16, "/", "/sys", "sysfs")
            .Mounted(HostNs, 24, HostRun, "/", "/run", "tmpfs")
            .Mounted(HostNs, 25, 0xfe01, "/", "/boot", "ext4");
    }

    /// <summary>What every container has, announced by one of its processes: an overlay as root, proc, sysfs, a tmpfs at /dev.</summary>
    /// <param name="firstId">Mount id of the first of them; ids are unique on a node.</param>
    public static Script ContainerMounts(this Script script, string container, uint ns = 4_026_532_500, int firstId = 500)
    {
        script.By(new ScriptedTask { Container = container, MountNs = ns }).Process((_, _) => new ProcessRecord { Action = ProcessAction.Existing });
        return script
            .Mounted(ns, firstId, (ulong)firstId, "/", "/", "overlay")
            .Mounted(ns, firstId + 1, 0x1000 + (ulong)firstId, "/", "/proc", "proc", firstId)
            .Mounted(ns, firstId + 2, 0x16, "/", "/sys", "sysfs", firstId)
            .Mounted(ns, firstId + 3, 0x2000 + (ulong)firstId, "/", "/dev", "tmpfs", firstId);
    }

    /// <summary>A row of a mount table, reported by the present task.</summary>
    public static Script Mounted(
        this Script script, uint ns, int id, ulong device, string root, string point, string fileSystem,
        int parent = 21, MountAction action = MountAction.Existing, string options = "rw,relatime") =>
        script.Mount(batch => new MountRecord
        {
            Action = action,
            MountNs = ns,
            MountId = id,
            ParentId = parent,
            Device = device,
            Root = batch.AddText(root),
            MountPoint = batch.AddText(point),
            FileSystem = batch.AddText(fileSystem),
            Source = batch.AddText(fileSystem),
            Options = batch.AddText(options),
        });

    public static Script Unmounted(this Script script, uint ns, int id) =>
        script.Mount(_ => new MountRecord { Action = MountAction.Unmounted, MountNs = ns, MountId = id });
}
