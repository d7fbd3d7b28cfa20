using Agents.NodeAgent;
using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Testing;

namespace NodeAgent.Tests;

/// <summary>The agent as a whole, from files to the log.</summary>
public sealed class AgentTests : IDisposable
{
    private static readonly string Demo = Path.Combine(Repository.Root, "infra", "demo", "containers");
    private static readonly int DemoContainers = Directory.GetFiles(Demo, "*.json").Length;

    private readonly TemporaryDirectory _directory = new();
    private readonly ListLogger _logger = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Stores_every_container_of_its_files_and_ends()
    {
        using var kafka = new MockKafka();

        AgentExit exit = await RunAsync(Once(kafka.Address, Demo));

        exit.ShouldBe(AgentExit.Done, string.Join('\n', _logger.Texts));
        List<ReadMessage> messages = await kafka.ReadAsync(read => Containers(read).Count() == DemoContainers * 2);
        messages.ShouldAllBe(message => message.Key == "demo" && message.Partition == messages[0].Partition);
        Containers(messages).Where(container => container.Action == ContainerAction.Created).Select(container => container.Spec!.Name)
            .ShouldBe(Directory.GetFiles(Demo, "*.json").Order(StringComparer.Ordinal).Select(Path.GetFileNameWithoutExtension));
        Containers(messages).Where(container => container.Action == ContainerAction.Started).ShouldAllBe(container => container.Running);
        Containers(messages).ShouldAllBe(container => container.ContainerId.Length == 64 && container.Runtime == "file");
    }

    [Fact]
    public async Task Numbers_events_without_gaps_from_message_to_message_and_from_run_to_run()
    {
        using var kafka = new MockKafka();

        (await RunAsync(Once(kafka.Address, Demo, batchEvents: 4))).ShouldBe(AgentExit.Done);
        (await RunAsync(Once(kafka.Address, Demo, batchEvents: 4))).ShouldBe(AgentExit.Done);

        List<ReadMessage> messages = await kafka.ReadAsync(read => Containers(read).Count() == DemoContainers * 4 && Heartbeats(read) == 4);
        messages.ShouldAllBe(message => message.Batch.Count <= 4);
        long next = messages[0].Batch.FirstSequence;
        foreach (ReadMessage message in messages)
        {
            message.Batch.FirstSequence.ShouldBe(next);
            next += message.Batch.Count;
        }
    }

    [Fact]
    public async Task Names_the_kinds_of_a_message_in_its_header()
    {
        using var kafka = new MockKafka();

        await RunAsync(Once(kafka.Address, Demo, batchEvents: 1));

        List<ReadMessage> messages = await kafka.ReadAsync(read => Containers(read).Count() == DemoContainers * 2 && Heartbeats(read) == 2);
        foreach (ReadMessage message in messages)
        {
            message.Batch.Count.ShouldBe(1);
            message.Kinds.ShouldBe(message.Batch.Containers.Length == 1 ? "container" : "heartbeat");
        }
    }

    [Fact]
    public async Task Tells_of_parts_that_it_cannot_read_and_stores_the_others()
    {
        using var kafka = new MockKafka();
        File.WriteAllText(_directory["a.json"], "{ \"HostConfig\": ");
        File.Copy(Path.Combine(Demo, "plain.json"), _directory["b.json"]);

        AgentExit exit = await RunAsync(Once(kafka.Address, _directory["a.json"], _directory["b.json"], _directory["absent.json"]));

        exit.ShouldBe(AgentExit.Unreadable);
        (await kafka.ReadAsync(read => Containers(read).Count() == 2)).ShouldNotBeEmpty();
        _logger.Count(7040).ShouldBe(2);
        _logger.Texts.ShouldContain(text => text.Contains("a.json, document 1, line 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Waits_for_a_broker_that_comes_late()
    {
        using var kafka = new MockKafka();
        await using var late = new LateBroker(kafka.Host, kafka.Port);
        Task<AgentExit> running = RunAsync(Once(late.Address, Demo));
        await Eventually.TrueAsync(() => _logger.Count(7020) > 0, "the agent to say that the log is away");
        running.IsCompleted.ShouldBeFalse();

        late.Open();

        (await running).ShouldBe(AgentExit.Done);
        _logger.Count(7020).ShouldBe(1);
        _logger.Count(7021).ShouldBe(1);
        (await kafka.ReadAsync(read => Containers(read).Count() == DemoContainers * 2)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Gives_up_within_bounds_when_told_to_stop_without_a_broker_and_owns_up_next_time()
    {
        using var kafka = new MockKafka();
        await using var never = new LateBroker(kafka.Host, kafka.Port);
        using var stop = new CancellationTokenSource();
        Task<AgentExit> running = RunAsync(Once(never.Address, Demo) with { DrainTimeout = TimeSpan.FromMilliseconds(10) }, stop.Token);
        await Eventually.TrueAsync(() => _logger.Count(7020) > 0, "the agent to say that the log is away");

        await stop.CancelAsync();

        (await running).ShouldBe(AgentExit.Failed);
        (await RunAsync(Once(kafka.Address, Demo))).ShouldBe(AgentExit.Done);
        List<ReadMessage> messages = await kafka.ReadAsync(read => Containers(read).Count() == DemoContainers * 2);
        LossRecord loss = messages[0].Batch.Losses[0];
        loss.LastSequence.ShouldBe(messages[0].Batch.FirstSequence - 1);
        loss.Count.ShouldBe(loss.LastSequence - loss.FirstSequence + 1);
        loss.Count.ShouldBeGreaterThanOrEqualTo(DemoContainers * 2);
    }

    private static IEnumerable<ContainerRecord> Containers(List<ReadMessage> messages) => messages.SelectMany(message => message.Batch.Containers.ToArray());

    private static int Heartbeats(List<ReadMessage> messages) => messages.Sum(message => message.Batch.Heartbeats.Length);

    private Task<AgentExit> RunAsync(AgentOptions options, CancellationToken? stop = null) =>
        new Agent(options, TimeProvider.System, _logger).RunAsync(stop ?? TestContext.Current.CancellationToken);

    private AgentOptions Once(string broker, params string[] files) => Once(broker, files, ShippingOptions.MostBatchEvents);

    private AgentOptions Once(string broker, string file, int batchEvents) => Once(broker, [file], batchEvents);

    private AgentOptions Once(string broker, string[] files, int batchEvents) => new()
    {
        Node = new NodeId("demo"),
        StateDirectory = _directory["state"],
        Shipping = new ShippingOptions { Brokers = broker, BatchEvents = batchEvents },
        Files = files,
        Once = true,
    };
}
