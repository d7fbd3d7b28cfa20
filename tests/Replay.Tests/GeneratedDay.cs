using Testing;
using Testing.Scripts;

namespace Replay.Tests;

/// <summary>A made-up hour of a few nodes: containers come and go, run programs, and some do what raises alarms. The seed says
/// what.</summary>
internal static class GeneratedDay
{
    public const int Nodes = 4;

    private const int Ptrace = 101, Setns = 308, InitModule = 175;

    /// <summary>The moments that a range is cut at: all events lie in this hour.</summary>
    public static DateTimeOffset Begin { get; } = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);

    public static string Container(int node, int number) => Some.ContainerId(1000 * (node + 1) + number);

    public static string NodeName(int node) => $"node-{node}";

    /// <summary>Events of all nodes in the order of time.</summary>
    public static IReadOnlyList<ScriptedEvent> Events(int steps, int seed)
    {
        var random = new Random(seed);
        var script = Script.OnNode(NodeName(0));
        for (int step = 0; step < steps; step++)
        {
            int node = random.Next(Nodes);
            script.Node(NodeName(node)).After(random.NextDouble() * 3);
            Step(script, random, Container(node, random.Next(6)));
        }

        return script.Events;
    }

    private static void Step(Script script, Random random, string container)
    {
        int pid = random.Next(100, 110);
        switch (random.Next(12))
        {
            case 0:
                script.Created(container, random.Next(3) == 0 ? Some.PrivilegedSpec() : Some.PlainSpec()).Started(container, pid);
                break;
            case 1: script.Died(container); break;
            case 2: script.By(container, pid).Call(Setns, -1, 3, 0x20000); break;
            case 3: script.By(container, pid).Call(Ptrace, 0, 16, 1); break;
            case 4: script.By(container, pid).Call(InitModule, -1, 0, 0, 0); break;
            case 5: script.By(container, pid).Execs("/tmp/xmrig", "xmrig", "-o", "stratum+tcp://pool.example:3333"); break;
            case 6: script.Heartbeat("x86_64"); break;
            default: script.By(container, pid).Forks(1000 + random.Next(10_000)).Execs("/bin/date", "date").Exits(); break;
        }
    }
}
