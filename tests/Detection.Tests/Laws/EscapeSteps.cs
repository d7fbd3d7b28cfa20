using Detection.Tests.VulnerabilityEscape;
using FsCheck;
using FsCheck.Fluent;
using Pipeline.Domain.Events;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>
/// Acts of attackers on few files, handles, pages and pipes, so that stages meet and rules fire; and their halves, so that they do not.
/// </summary>
internal static class EscapeSteps
{
    private const uint HostMount = 0xF0000000;
    private const long Page = 0x1000;

    private static readonly FileReference Runc = new() { Device = 1, Inode = 12, Layer = FileLayer.Host, Size = 100 };
    private static readonly FileReference Pipe = new() { Inode = 9, Mode = 0x1180 };
    private static readonly FileReference Cgroup = new() { Inode = 5, FileSystem = Escapes.CgroupFs };
    private static readonly FileReference Disk = new() { Inode = 6, Mode = Escapes.BlockDevice };

    public static (int Weight, Gen<Action<Script>> Step)[] All { get; } =
    [
        (4, from c in Containers() from pid in Pids() from thread in Gen.Choose(0, 1) select Do(s =>
            s.By(Task(c, pid) with { Tid = pid + 50 * thread }))),
        (2, from c in Containers() from pid in Pids() from ns in Gen.Elements(HostMount, 4_026_532_500u) select Do(s =>
            s.By(Task(c, pid) with { MountNs = ns }))),
        (1, from c in Containers() from pid in Pids() select Do(s => s.By(Task(c, pid) with { Flags = TaskFlags.Runtime,
            ExePath = "/usr/bin/runc" })
            .Execs("/usr/bin/runc", ["runc"], new ProcessRecord { Executable = Runc }))),
        (1, from pid in Pids() from size in Gen.Choose(1, 2) select Do(s => s.By(Task("", pid) with { ParentTgid = 2 })
            .Execs("/var/lib/docker/x", ["x"], new ProcessRecord { Executable = Runc with { Size = size } }))),
        (1, from caps in Gen.Elements(0UL, 0xFFUL, 1UL << 21) select Do(s =>
            s.By(Task("c1", 100) with { CapEffective = caps, CapPermitted = caps }))),
        (6, Handles()),
        (6, Races()),
        (6, Runtimes()),
        (5, Interfaces()),
        (5, Pipes()),
        (5, Sockets()),
        (4, Logins()),
        (3, Contexts()),
        (3, Targets()),
    ];

    private static Gen<Action<Script>> Handles() =>
        from named in Gen.Elements(true, false)
        from inode in Gen.Choose(1, 3)
        from generation in Gen.Choose(0, 2)
        from result in Gen.Elements(-116L, -116L, -1L, 4L)
        from count in Gen.Elements(1L, 3L, 9L)
        select Do(s => named ? s.NamesHandle(Handle(inode, generation)) : s.OpensByHandle(Handle(inode, generation), result, count: count));

    private static Gen<Action<Script>> Races() =>
        from half in Gen.Choose(0, 3)
        from page in Gen.Choose(1, 2)
        from count in Gen.Elements(1L, 30L, 60L, 6000L)
        from pid in Pids()
        select Do(s => half switch
        {
            0 => s.Call(28, 0, [page * Page, 4096, 4], (_, call) => call with { Count = count }),
            1 => s.Call(18, 1, [5, 0, 1, page * Page], (batch, call) =>
                call with { Count = count, Path = batch.AddText("/proc/self/mem") }),
            2 => s.Call(101, 0, [4, pid, page * Page], (_, call) => call with
            {
                Count = count,
                TargetTgid = pid,
                TargetStartNs = 1_000_000_000
            }),
            _ => s.Opens("/proc/self/mem", Escapes.Writing, 1, operation: FileOperation.Write, count: count),
        });

    private static Gen<Action<Script>> Runtimes() =>
        from raw in Gen.Elements("/proc/9/exe", "/proc/self/fd/7", "/usr/bin/runc")
        from writes in Gen.Elements(Escapes.Reading,
            Escapes.Writing)
        from result in Gen.Elements(3L, -26L, -13L)
        from count in Gen.Elements(1L, 4L)
        select Do(s => s.Opens("/usr/bin/runc", writes, result, result >= 0 ? Runc : default, raw, count: count));

    private static Gen<Action<Script>> Interfaces() =>
        from path in Gen.Elements("/m/release_agent", "/m/notify_on_release", "/proc/sys/kernel/core_pattern", "/dev/sda", "/proc/1/mem",
            "/a/../b")
        from operation in Gen.Elements(FileOperation.Open, FileOperation.Rename, FileOperation.ChangeDirectory, FileOperation.Symlink)
        from result in Gen.Elements(3L, -30L)
        from file in Gen.Elements(Cgroup, default, Disk)
        select Do(s => s.File(batch => new FileRecord
        {
            Operation = operation,
            Path = batch.AddText(path),
            RawPath = batch.AddText(path),
            OtherPath = batch.AddText(operation == FileOperation.Symlink ? "/proc/self/exe" : path),
            Flags = Escapes.Writing,
            Result = result,
            File = file,
        }));

    private static Gen<Action<Script>> Pipes() =>
        from act in Gen.Choose(0, 2)
        from bytes in Gen.Elements(1L, 65_536L)
        select Do(s => act switch
        {
            0 => s.File(batch => new FileRecord
            {
                Operation = FileOperation.Write,
                Path = batch.AddText("pipe:[9]"),
                File = Pipe,
                Bytes = bytes
            }),
            1 => s.Call(0, bytes, [3], (_, call) => call with { File = Pipe }),
            _ => s.Call(275, 1, [4], (batch, call) => call with
            {
                Path = batch.AddText("/etc/passwd"),
                File = new FileReference { Inode = 3, Mode = Escapes.Regular },
                OtherPath = batch.AddText("pipe:[9]"),
            }),
        });

    private static Gen<Action<Script>> Sockets() =>
        from address in Gen.Elements(Escapes.UnixAddress("/run/docker.sock"), Escapes.UnixAddress("\0/containerd-shim/a.sock"),
            Escapes.InternetAddress(1, 22), Escapes.InternetAddress(2, 22), [38, 0, .. "aead\0\0"u8])
        from bind in Gen.Elements(false, true)
        from count in Gen.Elements(1L, 20L)
        select Do(s => (bind ? s.Call(41, 3, 38) : s).Call(bind ? 49 : 42, 0, [3], (batch, call) =>
            call with { Data = batch.AddText(address), Count = count }));

    private static Gen<Action<Script>> Logins() =>
        from pid in Gen.Choose(200, 203)
        from code in Gen.Elements(1, 1, 1, 0)
        from times in Gen.Choose(1, 3)
        select Do(s => s.Times(times, 0.1, (script, i) => script.By(Task("c1", 100) with { Uid = 1000 }).Forks(pid
            + 10 * i).Execs("/bin/su", "su").Exits(code)));

    private static Gen<Action<Script>> Contexts() =>
        from act in Gen.Choose(0, 2)
        from count in Gen.Elements(1L, 5L, 12L)
        select Do(s => act switch
        {
            0 => s.Call(272, 0, 0x10000000),
            1 => s.Call(430, 5),
            _ => s.Call(431, 0, [5, 1], (batch, call) => call with { Data = batch.AddText("AAAA"), Count = count }),
        });

    private static Gen<Action<Script>> Targets() =>
        from target in Containers()
        from ns in Gen.Elements(HostMount, 7u)
        from trace in Gen.Elements(true,
            false)
        from result in Gen.Elements(0L, -1L)
        select Do(s => trace
            ? s.Call(101, result, [16, 7], (batch, call) => call with { TargetTgid = 7, TargetContainerId = batch.AddText(target) })
            : s.Call(308, result, [3, 0], (_, call) => call with { File = new FileReference { Inode = ns } }));

    private static byte[] Handle(int inode, int generation) => Escapes.Handle(1, (uint)inode, (uint)generation);

    private static ScriptedTask Task(string container, int pid) => new() { Container = container, Tgid = pid };

    private static Action<Script> Do(Func<Script, Script> act) => s => act(s);

    private static Gen<string> Containers() => Gen.Elements("c1", "c2", "");

    private static Gen<int> Pids() => Gen.Choose(100, 103);
}
