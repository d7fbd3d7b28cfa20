using FsCheck;
using FsCheck.Fluent;
using Pipeline.Domain.Events;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>
/// Mounts that come and go, and files of the host, of the container's root and of nobody that all kinds of things are done to.
/// </summary>
internal static class FileSteps
{
    private const uint Ns = 4_026_532_500;

    private static readonly Gen<string> Paths = Gen.Elements(
        "/etc/passwd", "/etc/shadow", "/etc/sudoers.d/x", "/etc/tmp1", "/usr/bin/ls", "/h/etc/shadow", "/h/etc/cron.d/x", "/e/crontab",
            "/proc/1/x");

    private static readonly Gen<FileReference> Files = Gen.Elements(
        Testing.Scripts.FileSteps.InRoot(1), Testing.Scripts.FileSteps.InRoot(2, mode: 0x81ed), Testing.Scripts.FileSteps.OnDisk(600),
        Testing.Scripts.FileSteps.OnDisk(601), Testing.Scripts.FileSteps.OnDisk(21), default);

    private static readonly Gen<FileOperation> Operations = Gen.Elements(
        FileOperation.Write, FileOperation.Close, FileOperation.Rename, FileOperation.Link, FileOperation.Unlink, FileOperation.ChangeMode,
        FileOperation.Create, FileOperation.SetExtendedAttribute, FileOperation.MapSharedWritable, FileOperation.Hashed);

    public static (int Weight, Gen<Action<Script>> Step)[] All { get; } =
    [
        (1, Gen.Constant(new Action<Script>(s => s.HostMounts()))),
        (1, Gen.Elements("c1", "c2").Select(c => new Action<Script>(s => s.ContainerMounts(c)))),
        (2, from root in Gen.Elements("/", "/etc") from id in Gen.Choose(600, 601)
            from action in Gen.Elements(MountAction.Existing, MountAction.Mounted)
            select new Action<Script>(s => s.Mounted(Ns, id, MountSteps.HostDisk, root, root == "/" ? "/h" : "/e", "ext4", 500, action))),
        (1, Gen.Choose(600, 601).Select(id => new Action<Script>(s => s.Unmounted(Ns, id)))),
        (5, from path in Paths from file in Files from flags in Gen.Elements(0L, 1, 2, 0x241, 0x200000)
            from result in Gen.Elements(3L, 3, -13, -2)
            select new Action<Script>(s => s.Opens(path, file, flags, result))),
        (8, from operation in Operations from path in Paths from file in Files from other in Paths
            from result in Gen.Elements(0L, 0, 0, -30)
            select new Action<Script>(s => s.Does(operation, path, file, 0, result, other))),
    ];
}
