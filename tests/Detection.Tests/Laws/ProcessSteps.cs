using FsCheck;
using FsCheck.Fluent;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>Processes that begin, become others and end, also in impossible order.</summary>
internal static class ProcessSteps
{
    private static readonly Gen<int> Pids = Gen.Choose(100, 104);

    public static (int Weight, Gen<Action<Script>> Step)[] All { get; } =
    [
        (6, from container in Gen.Elements("c1", "c2", "") from pid in Pids select new Action<Script>(s => s.By(container, pid))),
        (3, Pids.Select(pid => new Action<Script>(s => s.Forks(pid)))),
        (3, Gen.Elements("/bin/sh", "/usr/sbin/nginx", "/tmp/x").Select(path => new Action<Script>(s => s.Execs(path, path, "-c", "id")))),
        (2, Gen.Elements(0, 1).Select(code => new Action<Script>(s => s.Exits(code)))),
    ];
}
