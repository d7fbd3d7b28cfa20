using Agents.NodeAgent.Sequencing;
using Confluent.Kafka;
using Pipeline.Detection;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Pipeline.Schemas;
using Testing;
using Testing.Scripts;

namespace Attacks;

/// <summary>What the whole agent sees of real containers, through every detector of the catalogue: which alarms, and above all which not.</summary>
public sealed class AlarmTests(WatchedEngine engine)
{
    /// <summary>The containers of this test: those of the others on the same engine have their own alarms.</summary>
    private readonly HashSet<string> _ours = [];

    [Fact]
    public async Task Each_attack_raises_its_alarms_and_ordinary_life_raises_none()
    {
        engine.Require();
        using var broker = new MockBroker();
        broker.CreateTopic("node-events", 1);
        string state = Directory.CreateTempSubdirectory("attacks-alarms-").FullName;
        await using OwnProcess agent = OwnProcess.StartOurs(
            "agents/NodeAgent",
            "node-agent",
            ["run", "--kernel", "on", "--kafka", broker.BootstrapServers, "--node", "n", "--state", state, "--docker-socket", engine.Docker.Socket]);
        await Eventually.TrueAsync(
            () => agent.HasExited || (agent.Output.Contains("in the kernel", StringComparison.Ordinal) && agent.Output.Contains("Watching docker at", StringComparison.Ordinal)),
            "the agent to watch the kernel and the engine");

        await LiveAsync("plain", [], "true");
        await LiveAsync("shell", [], "sh", "-c", "id; ls -la / > /tmp/list; cat /tmp/list; rm /tmp/list");
        await LiveAsync("refused-calls", [], "/tools/probe");
        await LiveAsync("tracer", [], "/tools/tracer");
        await LiveAsync("race", [], "/tools/race");
        await LiveAsync("fileless", [], "/tools/fileless");
        await LiveAsync("backdoor", [], "/tools/backdoor");
        await LiveAsync("dropped", [], "sh", "-c", "cp /tools/nothing /tmp/new && /tmp/new");
        await LiveAsync("elevated", ["--user", "1000"], "/tools/elevated");
        await LiveAsync("not-elevated", ["--user", "1000", "--security-opt", "no-new-privileges"], "/tools/elevated");
        await LiveAsync("host-shadow", ["-v", "/etc:/host/etc:ro"], "cat", "/host/etc/shadow");
        await LiveAsync("release-agent", ["--privileged"], "sh", "-c", "/bin/busybox mkdir -p /tmp/cg; mount -t cgroup -o pids none /tmp/cg && : >> /tmp/cg/release_agent");
        await LiveAsync("own-shadow", [], "sh", "-c", "echo x > /tmp/shadow; cat /tmp/shadow");
        (await agent.TerminateAsync()).ShouldBe(0, agent.Output);
        Directory.Delete(state, recursive: true);

        Dictionary<string, string> raised = Alarms([.. Read(broker), MuchLater()])
            .Where(alarm => _ours.Contains(alarm.Raised.Source.ContainerId))
            .GroupBy(alarm => alarm.Raised.Source.ContainerName)
            .ToDictionary(alarms => alarms.Key, alarms => string.Join(' ', alarms.Select(alarm => alarm.Raised.RuleId).Distinct().Order(StringComparer.Ordinal)));
        raised.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}: {one.Value}").ShouldBe(
        [
            "backdoor: MP-02",
            "dropped: MP-03",
            "elevated: AS-04",
            "fileless: MP-05 MP-09",
            "host-shadow: AS-02 FE-01",
            "race: VE-01",
            "refused-calls: SC-03 SC-04 SC-05 SC-06 SC-07 SC-08 SC-09 SC-10 SC-12 SC-13 SC-16 SC-17 SC-19 SC-21 VE-06",
            "release-agent: AS-01 SC-10 VE-06",
            "tracer: SC-02 SC-14",
        ]);
    }

    /// <summary>The alarms as they stand in the end: one that was raised before its container was described has its name by then.</summary>
    private static AlarmView[] Alarms(IEnumerable<EventBatch> batches)
    {
        var views = new Dictionary<Guid, AlarmView>();
        foreach (AlarmEvent e in KernelRun.Feed(new PartitionKernel(Catalog.Detectors), batches))
        {
            if (AlarmView.Apply(views.GetValueOrDefault(e.AlarmId), e) is { } view) views[e.AlarmId] = view;
        }

        return [.. views.Values];
    }

    /// <summary>A sign of life a minute after everything, so that whatever waits for time is decided.</summary>
    private static EventBatch MuchLater()
    {
        var batch = new EventBatch();
        var clock = new EventTime(long.MaxValue / 4, long.MaxValue / 4);
        batch.Begin(new NodeId("n"), NodeClock.Boot(), int.MaxValue, clock, 0);
        batch.AddHeartbeat(clock.BootNs, new HeartbeatRecord { AgentVersion = "later" });
        return batch;
    }

    /// <summary>A container from its start to its end.</summary>
    private async Task LiveAsync(string name, string[] options, params string[] command)
    {
        string id = await engine.StartContainerAsync(["--name", name, .. options], command);
        _ours.Add(id);
        await engine.EndOfAsync(id);
    }

    private static List<EventBatch> Read(MockBroker broker)
    {
        var config = new ConsumerConfig { BootstrapServers = broker.BootstrapServers, GroupId = "attacks", EnableAutoCommit = false, EnablePartitionEof = true };
        using IConsumer<Ignore, byte[]> consumer = new ConsumerBuilder<Ignore, byte[]>(config).Build();
        consumer.Assign(new TopicPartitionOffset("node-events", 0, Offset.Beginning));
        List<EventBatch> batches = [];
        while (consumer.Consume(TestContext.Current.CancellationToken) is { IsPartitionEOF: false } message)
        {
            var batch = new EventBatch();
            NodeEventsCodec.Decode(message.Message.Value, batch, DecodeLimits.Default).IsOk.ShouldBeTrue();
            batches.Add(batch);
        }

        return batches;
    }
}
