using System.Text.Json;
using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests;

/// <summary>The agent as a process: its command line, its signals, its death.</summary>
public sealed class AgentProcessTests : IDisposable
{
    private static readonly string Demo = Path.Combine(Repository.Root, "infra", "demo", "containers");
    private static readonly int DemoContainers = Directory.GetFiles(Demo, "*.json").Length;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Ends_with_0_when_its_files_are_stored()
    {
        using var kafka = new MockKafka();

        await using OwnProcess agent = Start("run", "--once", "--kafka", kafka.Address, "--state", _directory["state"], "--file", Demo);

        (await agent.ExitAsync()).ShouldBe(0, agent.Output);
    }

    [Fact]
    public async Task Ends_with_2_when_a_file_is_not_readable()
    {
        using var kafka = new MockKafka();
        File.WriteAllText(_directory["bad.yaml"], "a: [");

        await using OwnProcess agent = Start("run", "--once", "--kafka", kafka.Address, "--state", _directory["state"], "--file", _directory["bad.yaml"], Demo);

        (await agent.ExitAsync()).ShouldBe(2, agent.Output);
        agent.Output.ShouldContain("bad.yaml, document 1");
    }

    [Fact]
    public async Task Ends_with_0_when_told_to_stop()
    {
        using var kafka = new MockKafka();
        await using OwnProcess agent = Start(Watching(kafka));
        await kafka.ReadAsync(read => read.Count > 0);

        (await agent.TerminateAsync()).ShouldBe(0, agent.Output);
    }

    [Fact]
    public async Task Ends_with_1_and_says_why_when_another_agent_holds_its_state()
    {
        using var kafka = new MockKafka();
        await using OwnProcess first = Start(Watching(kafka));
        await kafka.ReadAsync(read => read.Count > 0);

        await using OwnProcess second = Start(Watching(kafka));

        (await second.ExitAsync()).ShouldBe(1, second.Output);
        second.Output.ShouldContain("--state");
    }

    [Fact]
    public async Task Never_reuses_a_number_after_kill_9_and_accounts_for_those_between()
    {
        using var kafka = new MockKafka();
        await using (OwnProcess killed = Start([.. Watching(kafka), "--file", Demo]))
        {
            await kafka.ReadAsync(read => Containers(read) == DemoContainers * 2);
            await killed.KillAsync();
        }

        await using OwnProcess next = Start([.. Watching(kafka), "--file", Demo]);
        List<ReadMessage> messages = await kafka.ReadAsync(read => Containers(read) == DemoContainers * 4);

        long expected = messages[0].Batch.FirstSequence;
        foreach (EventBatch batch in messages.Select(message => message.Batch))
        {
            if (batch.FirstSequence != expected)
            {
                LossRecord loss = batch.Losses[0];
                loss.FirstSequence.ShouldBeLessThanOrEqualTo(expected);
                loss.LastSequence.ShouldBe(batch.FirstSequence - 1);
            }

            batch.FirstSequence.ShouldBeGreaterThanOrEqualTo(expected);
            expected = batch.FirstSequence + batch.Count;
        }

        (await next.TerminateAsync()).ShouldBe(0, next.Output);
    }

    [Fact]
    public async Task Delivers_once_and_in_order_what_it_spooled_before_kill_9()
    {
        using var kafka = new MockKafka();
        await using var late = new LateBroker(kafka.Host, kafka.Port);
        string[] run = Watching(late.Address);
        string status = _directory["status.json"];
        for (int kill = 1; kill <= 2; kill++)
        {
            File.Delete(status);
            await using OwnProcess killed = Start([.. run, "--file", Demo, "--status-file", status]);
            await Eventually.TrueAsync(() => IsAllSpooled(status), $"run {kill} to spool: {killed.Output}");
            await killed.KillAsync();
        }

        late.Open();
        await using OwnProcess last = Start(run);
        List<ReadMessage> messages = await kafka.ReadAsync(read => Containers(read) == DemoContainers * 4);

        long[] delivered = [.. messages.Select(message => message.Batch)
            .SelectMany(batch => Enumerable.Range(0, batch.Count).Select(i => batch.FirstSequence + i))];
        delivered.ShouldBe(delivered.Order().Distinct());
        (await last.TerminateAsync()).ShouldBe(0, last.Output);
        Directory.GetFiles(Path.Combine(_directory["state"], "spool"), "*.seg").ShouldBeEmpty();
    }

    [Fact]
    public async Task Ends_with_0_and_keeps_the_rest_on_disk_when_told_to_stop_without_a_broker()
    {
        using var kafka = new MockKafka();
        await using var late = new LateBroker(kafka.Host, kafka.Port);
        string[] run = Watching(late.Address);
        string status = _directory["status.json"];
        await using (OwnProcess first = Start([.. run, "--file", Demo, "--status-file", status]))
        {
            await Eventually.TrueAsync(() => IsAllSpooled(status), "the agent to spool");
            (await first.TerminateAsync()).ShouldBe(0, first.Output);
        }

        late.Open();
        await using OwnProcess next = Start(run);
        List<ReadMessage> messages = await kafka.ReadAsync(read => Containers(read) == DemoContainers * 2);

        messages.Sum(message => message.Batch.Losses.Length).ShouldBe(0);
        messages[0].Batch.FirstSequence.ShouldBeLessThan(messages[^1].Batch.FirstSequence);
        (await next.TerminateAsync()).ShouldBe(0, next.Output);
    }

    [Fact]
    public async Task Shows_its_state_to_probes()
    {
        using var kafka = new MockKafka();
        string status = _directory["status.json"];
        await using OwnProcess agent = Start([.. Watching(kafka), "--status-file", status]);
        await kafka.ReadAsync(read => read.Count > 0);

        await Eventually.TrueAsync(
            async () =>
            {
                await using OwnProcess probe = Start("status", "--status-file", status);
                return await probe.ExitAsync() == 0;
            },
            "the probe to be content");

        await using OwnProcess other = Start("status", "--status-file", _directory["absent.json"]);
        (await other.ExitAsync()).ShouldBe(1);
    }

    /// <summary>The files have been read and nothing waits in memory.</summary>
    private static bool IsAllSpooled(string status)
    {
        if (!File.Exists(status)) return false;
        JsonElement state = JsonDocument.Parse(File.ReadAllBytes(status)).RootElement;
        return state.GetProperty("eventsTaken").GetInt64() >= DemoContainers * 2 && state.GetProperty("spoolBytes").GetInt64() > 0
            && state.GetProperty("sources").GetProperty("file").GetProperty("detail").GetString() != "reading"
            && state.GetProperty("eventsWaiting").GetInt64() == 0;
    }

    private static int Containers(List<ReadMessage> messages) => messages.Sum(message => message.Batch.Containers.Length);

    private static OwnProcess Start(params string[] arguments) => OwnProcess.StartOurs("agents/NodeAgent", "node-agent", arguments);

    private string[] Watching(MockKafka kafka) => Watching(kafka.Address);

    private string[] Watching(string kafka) =>
        ["run", "--kafka", kafka, "--node", "n", "--state", _directory["state"], "--docker-socket", _directory["absent.sock"], "--kernel", "off"];
}
