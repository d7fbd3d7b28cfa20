using Agents.NodeAgent.Kernel;
using Pipeline.Domain.Events;
using Testing;

namespace Attacks;

/// <summary>More than anything can hold: every event is delivered, or reported as lost with its number.</summary>
[Trait("Category", "Docker")]
public sealed class StressTests(WatchedEngine engine)
{
    private const int Forks = 4_000;
    private const int Paths = 5_000;

    /// <summary>By each of two processes.</summary>
    private const int Opens = 20_000;

    [Fact]
    public async Task The_balance_holds_through_storms_of_forks_and_paths_while_the_broker_is_away_and_the_spool_fills()
    {
        engine.Require();
        using var broker = new MockBroker();
        broker.CreateTopic("node-events", 1);
        string state = Directory.CreateTempSubdirectory("attacks-stress-").FullName;
        await using OwnProcess agent = OwnProcess.StartOurs(
            "agents/NodeAgent",
            "node-agent",
            ["run", "--kernel", "on", "--kafka", broker.BootstrapServers, "--node", "n", "--state", state, "--spool-mb", "1",
                "--docker-socket", engine.Docker.Socket]);
        await Eventually.TrueAsync(
            () => agent.HasExited || agent.Output.Contains("in the kernel", StringComparison.Ordinal), "the agent to watch the kernel");

        broker.GoDown();
        // Their ends may be among what is lost.
        await engine.Docker.DockerAsync("wait", await engine.StartContainerAsync([], "/tools/storm", $"{Forks}"));
        await engine.Docker.DockerAsync("wait", await engine.StartContainerAsync([], "/tools/paths", $"{Paths}"));
        broker.ComeUp();
        // What ends while the spool is still full is among what is lost, so one after another is tried.
        var ended = new List<string>();
        await Eventually.TrueAsync(
            async () =>
            {
                ended.Add(await engine.StartContainerAsync([], "true"));
                List<EventBatch> stored = StoredBatches.Of(broker);
                return agent.HasExited || ended.Any(container => Knows(stored, container));
            },
            "the backlog to drain", TimeSpan.FromMinutes(3));
        (await agent.TerminateAsync()).ShouldBe(0, agent.Output);
        Directory.Delete(state, recursive: true);

        List<EventBatch> batches = StoredBatches.Of(broker);
        LossRecord[] losses = [.. batches.SelectMany(batch => batch.Losses.ToArray())];
        (long From, long To)[] ranges =
        [
            .. batches.Where(batch => batch.Count > 0).Select(batch => (batch.FirstSequence, batch.FirstSequence + batch.Count - 1)),
            .. losses.Where(loss => loss.FirstSequence > 0).Select(loss => (loss.FirstSequence, loss.LastSequence)),
        ];
        Array.Sort(ranges);
        for (int i = 1; i < ranges.Length; i++) ranges[i].From.ShouldBe(ranges[i - 1].To + 1, $"after {ranges[i - 1]} of {ranges.Length}");
        losses.Where(loss => loss.Cause == LossCause.Spool).ShouldNotBeEmpty();
        losses.Where(loss => loss.FirstSequence > 0).ShouldAllBe(loss => loss.Count == loss.LastSequence - loss.FirstSequence + 1);

        long delivered = batches.Sum(batch => (long)batch.Count);
        HeartbeatRecord told = batches.SelectMany(batch => batch.Heartbeats.ToArray()).Last();
        told.EventsLost.ShouldBe(losses.Sum(loss => loss.Count));
        told.EventsTaken.ShouldBeInRange(ranges[0].From, ranges[^1].To + 1);
        delivered.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Long_paths_are_whole_and_none_is_missing()
    {
        const int Files = 500;

        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/paths", $"{Files}");

        engine.Sink.Lost.ShouldBe(0);
        SeenEvent[] renames = [.. seen.Where(one => one.What == "Rename")];
        renames.Select(one => one.Path).Distinct().Count().ShouldBe(3 * Files);
        renames.ShouldAllBe(one => one.Path.Length > 600 && one.Other.EndsWith("-renamed") && one.Result == 0);
        seen.Where(one => one.What == "Create").Select(one => one.Path).Order(StringComparer.Ordinal)
            .ShouldBe(renames.Select(one => one.Path).Order(StringComparer.Ordinal));
        seen.Count(one => one.What == "Unlink").ShouldBe(3 * Files);
    }

    [Fact]
    public async Task Nothing_is_lost_or_invented_in_a_storm()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/storm", $"{Opens}");

        engine.Sink.Lost.ShouldBe(0);
        seen.Count(one => one.What is "Open" or "Create" && one.Path == "/tmp/file").ShouldBe(Opens * 2);
        seen.Own().Count(one => one.What == "Forked").ShouldBe(1 + 2 * Opens / 100);
        seen.Own().Count(one => one.What == "Exited").ShouldBe(2 + 2 * Opens / 100);
        seen.Select(one => one.At).ShouldBeInOrder();
    }

    [Fact]
    public async Task What_finds_a_ring_full_that_is_too_small_is_reported_to_the_last_record()
    {
        engine.Require();
        var sink = new RecordingSink();
        using var stop = new CancellationTokenSource();
        // Looked at so rarely that the storm fills it many times over.
        KernelSource small = WatchedEngine.NewSource(new KernelOptions { RingBytes = 64 * 1024, PollInterval = TimeSpan.FromMilliseconds(50) });
        Task watching = small.RunAsync(sink, stop.Token);
        await Eventually.TrueAsync(() => small.State.State == "connected", "the small source to attach");

        IReadOnlyList<SeenEvent> all = await engine.RunAsync([], "/tools/storm", $"{Opens}");

        // Made by the programs' own count, delivered by the sink's.
        await Eventually.TrueAsync(
            () => small.Accounts is var now && now.Made == sink.Count + sink.Lost && now.Made >= all.Count, "the accounts to balance");
        IReadOnlyList<SeenEvent> delivered = sink.Of(all[0].Container);
        sink.Lost.ShouldBeGreaterThanOrEqualTo(all.Count - delivered.Count);
        delivered.Count.ShouldBeInRange(1, all.Count - 1);
        await stop.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private static bool Knows(List<EventBatch> batches, string container)
    {
        foreach (EventBatch batch in batches)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                if (batch.Events[i].Task == EventRecord.NoTask) continue;
                SeenEvent seen = SeenEvent.Of(batch, i);
                if (seen.Container == container && seen.What == "Exited") return true;
            }
        }

        return false;
    }
}
