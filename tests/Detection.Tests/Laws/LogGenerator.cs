using FsCheck;
using FsCheck.Fluent;
using Pipeline.Domain.Containers;
using Testing;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>
/// Logs of a few nodes on which containers come and go, with losses, reboots and clocks that are set: small, so that what matters happens
/// often.
/// </summary>
public static class LogGenerator
{
    private static readonly ContainerSpec[] Specs =
    [
        Some.PlainSpec("plain"),
        Some.PrivilegedSpec(),
        Some.PlainSpec("caps") with { Capabilities = new CapabilitySettings(["SYS_ADMIN"], [], null, Basis.Explicit) },
        Some.PlainSpec("mounts") with { Mounts = [new("/etc", "/e", "rw", "rprivate", "bind"), new("/", "/h", "rw", "rprivate", "bind")] },
        Some.PlainSpec("namespaces") with { HostNamespaces = [new("pid", Basis.Explicit)],
            Seccomp = Setting.Explicit(SeccompProfile.Unconfined) },
        Some.PrivilegedSpec("agent") with { Pod = new PodFacts("kube-system", "agent-x", "uid", "DaemonSet", "agent", "sa") },
    ];

    /// <summary>
    /// What each alarm type adds: the events that its rules look at, in containers and processes that are few enough to meet.
    /// </summary>
    private static readonly (int Weight, Gen<Action<Script>> Step)[] AlarmSteps =
    [
        .. ProcessSteps.All,
        .. ProgramSteps.All,
        .. EscapeSteps.All,
        .. SyscallSteps.All,
    ];

    private static readonly Gen<Action<Script>> Steps = Gen.Frequency<Action<Script>>(
    [
        .. AlarmSteps,
        (6, from id in Id() from spec in Gen.Elements(Specs) select new Action<Script>(s => s.Created(id, spec))),
        (3, from id in Id() from spec in Gen.Elements(Specs) from running in ArbMap.Default.GeneratorFor<bool>() select new Action<Script>(s => s.Existing(id, spec, running))),
        (2, from id in Id() from spec in Gen.Elements(Specs) select new Action<Script>(s => s.Described(id, spec))),
        (8, from id in Id() from pid in Gen.Choose(0, 3) select new Action<Script>(s => s.Started(id, pid))),
        (2, Id().Select(id => new Action<Script>(s => s.Died(id)))),
        (3, Id().Select(id => new Action<Script>(s => s.Removed(id)))),
        (4, Id().Select(id => new Action<Script>(s => s.Exec(id, "/bin/sh")))),
        (3, Gen.Constant(new Action<Script>(s => s.Heartbeat()))),
        (1, Gen.Choose(1, 9).Select(n => new Action<Script>(s => s.LossReport(n)))),
        (1, Gen.Choose(1, 5).Select(n => new Action<Script>(s => s.Lost(n)))),
        (10, Gen.Elements(0.01, 0.3, 0.9, 3, 700, 40_000, -0.5).Select(seconds => new Action<Script>(s => s.After(seconds)))),
        (4, Gen.Elements("n1", "n2", "n3").Select(node => new Action<Script>(s => s.Node(node)))),
        (1, Gen.Constant(new Action<Script>(s => s.Reboot()))),
        (1, Gen.Elements("03:00:00", "23:59:59").Select(time => new Action<Script>(s => s.At(time)))),
    ]);

    public static Arbitrary<Script> Scripts() => Steps.ListOf().Select(Write).ToArbitrary();

    private static Script Write(IEnumerable<Action<Script>> steps)
    {
        var script = Script.OnNode("n1");
        foreach (Action<Script> step in steps) step(script);
        return script;
    }

    private static Gen<string> Id() => Gen.Elements("c1", "c2", "c3", "c4");
}
