using Pipeline.Domain.Events;
using Testing;

namespace Attacks;

/// <summary>The agent as a process, from the kernel to the log.</summary>
[Trait("Category", "Docker")]
public sealed class AgentProcessTests(WatchedEngine engine)
{
    [Theory]
    [MemberData(nameof(AgentProgram.Forms), MemberType = typeof(AgentProgram))]
    public async Task Brings_what_a_container_does_to_the_log_in_order_and_without_gaps(bool native)
    {
        engine.Require();
        IReadOnlyList<string> program = AgentProgram.Of(native).Command;
        using var broker = new MockBroker();
        broker.CreateTopic("node-events", 1);
        string state = Directory.CreateTempSubdirectory("attacks-agent-").FullName;
        await using OwnProcess agent = OwnProcess.Start(
            "agent",
            program[0],
            [.. program.Skip(1), "run", "--kernel", "on", "--kafka", broker.BootstrapServers, "--node", "n", "--state", state, "--docker-socket",
                engine.Docker.Socket]);
        await Eventually.TrueAsync(() => agent.HasExited || agent.Output.Contains("in the kernel", StringComparison.Ordinal),
            "the agent to watch the kernel");

        string id = await engine.StartContainerAsync([], "/tools/change");
        await engine.EndOfAsync(id);
        (await agent.TerminateAsync()).ShouldBe(0, agent.Output);

        List<SeenEvent> seen = [];
        HeartbeatRecord? last = null;
        long next = 0;
        foreach (EventBatch batch in StoredBatches.Of(broker))
        {
            if (next != 0) batch.FirstSequence.ShouldBe(next);
            next = batch.FirstSequence + batch.Count;
            for (int i = 0; i < batch.Count; i++)
            {
                if (batch.Events[i].Task != EventRecord.NoTask) seen.Add(SeenEvent.Of(batch, i));
            }

            foreach (HeartbeatRecord heartbeat in batch.Heartbeats) last = heartbeat;
        }

        SeenEvent[] own = [.. seen.Where(one => one.Container == id && one.Started)];
        own[0].What.ShouldBe("Executed");
        own[^1].What.ShouldBe("Exited");
        own.Length.ShouldBe(25);
        own.Select(one => one.At).ShouldBeInOrder();
        last.ShouldNotBeNull().Sources.Select(source => source.Name).ShouldContain("kernel");
        last.Sources.ShouldAllBe(source => source.State == "connected");
        Directory.Delete(state, recursive: true);
    }

    [Theory]
    [MemberData(nameof(AgentProgram.Forms), MemberType = typeof(AgentProgram))]
    public async Task Goes_on_without_the_kernel_where_it_lacks_the_rights_and_says_so(bool native)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "needs root and setpriv");
        using var broker = new MockBroker();
        broker.CreateTopic("node-events", 1);
        string state = Directory.CreateTempSubdirectory("attacks-agent-").FullName;
        string[] run = ["run", "--kafka", broker.BootstrapServers, "--node", "n", "--state", state, "--docker-socket",
            Path.Combine(state, "absent")];
        string[] without = ["--bounding-set=-sys_admin,-bpf,-perfmon", .. AgentProgram.Of(native).Command];

        await using OwnProcess agent = OwnProcess.Start("agent", "/usr/bin/setpriv", [.. without, .. run]);
        await Eventually.TrueAsync(() => agent.HasExited || agent.Output.Contains("CAP_PERFMON", StringComparison.Ordinal),
            "the agent to say what it lacks");
        (await agent.TerminateAsync()).ShouldBe(0, agent.Output);
        await using OwnProcess strict = OwnProcess.Start("agent", "/usr/bin/setpriv", [.. without, .. run, "--kernel", "on"]);
        (await strict.ExitAsync()).ShouldBe(1, strict.Output);

        SourceState kernel = StoredBatches.Of(broker).SelectMany(batch => batch.Heartbeats.ToArray()).SelectMany(heartbeat =>
            heartbeat.Sources.ToArray())
            .Last(source => source.Name == "kernel");
        kernel.State.ShouldBe("unavailable");
        kernel.Detail.ShouldContain("CAP_BPF");
        kernel.Detail.ShouldContain("blind");
        Directory.Delete(state, recursive: true);
    }
}
