using System.Globalization;
using Pipeline.Domain.Events;
using Testing.Scripts;

namespace Testing.Truth;

/// <summary>
/// Makes a log with known truth out of a seed: on each node several attacks at a time, between the ordinary lives of others.
/// </summary>
internal sealed class LogWriter(int seed, KnownLogShape shape)
{
    private const int AtOnce = 5;
    private const int Neighbours = 4;

    /// <summary>Long enough for every window to close and every count to be told.</summary>
    private const int SettlingSeconds = 90;

    private static readonly string[] Programs = ["/usr/bin/date", "/bin/sh", "/bin/grep", "/usr/bin/env"];
    private static readonly string[] Files = ["/var/log/app.log", "/data/table.db", "/var/cache/x"];
    private static readonly int[] Calls = [9, 28, 42, 257];

    private readonly Random _random = new(seed);
    private readonly List<ExpectedAlarm> _expected = [];
    private int _victims;

    public KnownLog Write()
    {
        List<List<EventBatch>> nodes = [];
        int events = 0;
        for (int node = 0; node < shape.Nodes; node++)
        {
            Script script = Live($"{shape.Name}-{seed.ToString(CultureInfo.InvariantCulture)}-{node}");
            events += script.Events.Count;
            nodes.Add(Ship(script.Events));
        }

        return new KnownLog(seed, [.. Interleave(nodes)], [.. _expected], events);
    }

    private Script Live(string node)
    {
        Script script = Script.OnNode(node);
        Attack[] attacks = [.. Enumerable.Range(0, (shape.AttacksPerNode + Attacks.All.Length - 1) / Attacks.All.Length).SelectMany(_ =>
            Attacks.All)];
        _random.Shuffle(attacks);
        int rebootAfter = _random.Next(attacks.Length);
        Boot(script, node, attacks[..rebootAfter]);
        script.Reboot();
        Boot(script, node, attacks[rebootAfter..]);
        return script;
    }

    private void Boot(Script script, string node, Attack[] attacks)
    {
        Victim[] neighbours = [.. Enumerable.Range(0, Neighbours).Select(_ => NewVictim(node))];
        script.Heartbeat().HostMounts();
        foreach (Victim neighbour in neighbours) script.Existing(neighbour.Id, neighbour.Plain);
        var waiting = new Queue<Attack>(attacks);
        var active = new List<IEnumerator<Script>>();
        while (waiting.Count > 0 || active.Count > 0)
        {
            while (active.Count < AtOnce && waiting.TryDequeue(out Attack? attack)) active.Add(Begin(script, node, attack));
            int noise = _random.Next(2 * shape.NoisePerStep + 1);
            for (int i = 0; i < noise; i++) MakeNoise(Moved(script), neighbours[_random.Next(Neighbours)]);
            int next = _random.Next(active.Count);
            Moved(script);
            if (!active[next].MoveNext()) active.RemoveAt(next);
        }

        script.After(SettlingSeconds).Heartbeat().After(SettlingSeconds).Heartbeat();
    }

    private IEnumerator<Script> Begin(Script script, string node, Attack attack)
    {
        Victim victim = NewVictim(node);
        _expected.AddRange(attack.Deserves(victim));
        return attack.Steps(script, victim, _random).GetEnumerator();
    }

    private Victim NewVictim(string node)
    {
        int number = _victims++;
        string name = $"c-{number.ToString(CultureInfo.InvariantCulture)}";
        return new Victim(node, Some.ContainerId(seed * 10_000 + number), name, 1000 + number * 100);
    }

    /// <summary>Time mostly goes on; some events come later than what happened after them.</summary>
    private Script Moved(Script script) => script.After(_random.Next(20) == 0 ? -0.05 : _random.NextDouble() * 0.03);

    private void MakeNoise(Script script, Victim by)
    {
        ScriptedTask worker = by.Task(_random.Next(4));
        switch (_random.Next(100))
        {
            case 0: script.Lost(_random.Next(1, 4)); break;
            case 1: script.LossReport(_random.Next(1, 4)); break;
            case 2: script.Heartbeat(); break;
            case < 30: RunProgram(script, by); break;
            case < 70: TouchFile(script, by, worker); break;
            default: script.By(worker).Call(Calls[_random.Next(Calls.Length)], 0, _random.Next(4096), 4096, 4); break;
        }
    }

    private void RunProgram(Script script, Victim by)
    {
        ScriptedTask child = by.Task(10 + _random.Next(90)) with
        {
            ParentTgid = by.Pid,
            StartNs = _random.NextInt64(3_000_000_000,
            90_000_000_000)
        };
        string program = Programs[_random.Next(Programs.Length)];
        script.By(child).Process((_, _) => new ProcessRecord { Action = ProcessAction.Forked });
        script.By(child).Execs(program, [program], new ProcessRecord
        {
            Executable = new FileReference
            {
                Device = 55,
                Inode = 33,
                Layer =
            FileLayer.Image,
                Mode = 0x81ed
            }
        });
        script.By(child with { ExePath = program, ExecGeneration = 1 }).Exits();
    }

    private void TouchFile(Script script, Victim by, ScriptedTask worker)
    {
        string path = Files[_random.Next(Files.Length)];
        script.By(worker).Opens(path, FileSteps.InRoot(mountId: by.Mount), FileSteps.WriteOnly).Writes(path,
            FileSteps.InRoot(mountId: by.Mount));
    }

    /// <summary>The records of a node; now and then the newest events a second time, cut in another way.</summary>
    private List<EventBatch> Ship(IReadOnlyList<ScriptedEvent> events)
    {
        List<EventBatch> records = [];
        int sent = 0;
        foreach (EventBatch record in Batches.Of(events, () => _random.Next(1, shape.MostInRecord + 1)))
        {
            records.Add(record);
            sent += record.Count;
            if (_random.Next(8) != 0) continue;
            int again = _random.Next(1, record.Count + 1);
            records.AddRange(Batches.Of(events.Skip(sent - again).Take(again), () => _random.Next(1, shape.MostInRecord + 1)));
        }

        return records;
    }

    private IEnumerable<EventBatch> Interleave(List<List<EventBatch>> nodes)
    {
        int[] next = new int[nodes.Count];
        while (true)
        {
            int[] open = [.. Enumerable.Range(0, nodes.Count).Where(node => next[node] < nodes[node].Count)];
            if (open.Length == 0) yield break;
            int node = open[_random.Next(open.Length)];
            yield return nodes[node][next[node]++];
        }
    }
}
