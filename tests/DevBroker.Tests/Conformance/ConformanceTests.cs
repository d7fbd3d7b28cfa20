using System.Globalization;
using Testing;

namespace DevBroker.Tests.Conformance;

/// <summary>The same scenarios with every client: what a one-node Kafka does for them, this server does too.</summary>
public abstract class ConformanceTests
{
    private readonly KafkaClient _client;

    private protected ConformanceTests(KafkaClient client)
    {
        _client = client;
        Assert.SkipWhen(client.Missing is not null, client.Missing ?? "");
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task Returns_what_was_produced_in_order_with_each_compression(string codec)
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("plain");
        Outgoing[] sent = [.. Enumerable.Range(0, 500).Select(i => new Outgoing($"key {i}", $"value {i} {new string('x', i)}"))];

        await _client.ProduceAsync(broker.Bootstrap, "plain", sent, codec);
        IReadOnlyList<Incoming> read = await _client.ReadAsync(broker.Bootstrap, "plain", partitions: 1, sent.Length);

        read.Select(message => (message.Offset, message.Key, message.Value))
            .ShouldBe(sent.Select((message, i) => ((long)i, message.Key, message.Value)));
        broker.ReadAll("plain").Select(message => message.Message.Value).ShouldBe(sent.Select(message => message.Value));
    }

    [Fact]
    public async Task Stores_each_message_of_an_idempotent_producer_once()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("once", partitions: 2);
        Outgoing[] sent = [.. Enumerable.Range(0, 200).Select(i => new Outgoing("k", $"{i}", Partition: i % 2))];

        await _client.ProduceAsync(broker.Bootstrap, "once", sent, idempotent: true);

        broker.ReadAll("once", 2).Select(message => int.Parse(message.Message.Value, CultureInfo.InvariantCulture)).Order().ShouldBe(Enumerable.Range(0, 200));
    }

    [Fact]
    public async Task Keeps_headers_missing_values_and_large_messages()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("mixed", config: new() { ["max.message.bytes"] = "20000000" });
        Outgoing[] sent =
        [
            new("large", new string('y', 5_000_000)),
            new("no value", null),
            new("with headers", "v") { Headers = new() { ["kind"] = "exec", ["node"] = "n1" } },
        ];

        await _client.ProduceAsync(broker.Bootstrap, "mixed", sent);
        IReadOnlyList<Incoming> read = await _client.ReadAsync(broker.Bootstrap, "mixed", partitions: 1, sent.Length);

        read.Select(message => message.Key).ShouldBe(sent.Select(message => message.Key));
        read.Select(message => message.Value).ShouldBe(sent.Select(message => message.Value));
        read[2].Headers.ShouldBe(sent[2].Headers, ignoreOrder: true);
    }

    [Fact]
    public async Task Finds_the_first_message_at_or_after_a_time()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("timed");
        Outgoing[] sent = [.. Enumerable.Range(0, 300).Select(i => new Outgoing("k", "v", Timestamp: 1_000_000 + (i * 100)))];
        await (_client is KcatClient ? new ConfluentClient() : _client).ProduceAsync(broker.Bootstrap, "timed", sent, "gzip");

        (await _client.ReadAsync(broker.Bootstrap, "timed", 1, sent.Length)).Select(message => message.Timestamp).ShouldBe(sent.Select(message => message.Timestamp!.Value));
        (await _client.OffsetForTimeAsync(broker.Bootstrap, "timed", 1_000_000)).ShouldBe(0);
        (await _client.OffsetForTimeAsync(broker.Bootstrap, "timed", 1_015_001)).ShouldBe(151);
    }

    [Fact]
    public async Task Shares_partitions_among_members_that_come_and_go()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("shared", partitions: 4);

        await using IMember first = _client.Join(broker.Bootstrap, "team", "shared");
        await Eventually.TrueAsync(() => first.Held.Count == 4, "the only member holds all partitions");
        await using IMember second = _client.Join(broker.Bootstrap, "team", "shared");
        await Eventually.TrueAsync(() => first.Held.Count == 2 && second.Held.Count == 2, "each of two members holds half of the partitions");
        first.Held.Concat(second.Held).Order().ShouldBe([0, 1, 2, 3]);
        await first.LeaveAsync();
        await Eventually.TrueAsync(() => second.Held.Count == 4, "the member that stays holds all partitions");
    }

    [Fact]
    public async Task Goes_on_where_the_group_left_off()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("work");
        await _client.ProduceAsync(broker.Bootstrap, "work", [.. Enumerable.Range(0, 30).Select(i => new Outgoing("k", $"{i}"))]);

        IReadOnlyList<Incoming> before = await _client.ConsumeAsync(broker.Bootstrap, "workers", "work", 10);
        await broker.RestartAsync();
        IReadOnlyList<Incoming> after = await _client.ConsumeAsync(broker.Bootstrap, "workers", "work", 20);

        before.Concat(after).Select(message => message.Value).ShouldBe(Enumerable.Range(0, 30).Select(i => $"{i}"));
    }

    [Fact]
    public async Task Creates_changes_and_deletes_topics()
    {
        Assert.SkipWhen(_client is KcatClient, "kcat has no admin calls");
        await using RunningBroker broker = RunningBroker.Start();

        await _client.CreateTopicAsync(broker.Bootstrap, "new", 3, new() { ["retention.ms"] = "111000" });
        (await _client.CountPartitionsAsync(broker.Bootstrap, "new")).ShouldBe(3);
        (await _client.DescribeTopicAsync(broker.Bootstrap, "new"))["retention.ms"].ShouldBe("111000");
        await _client.ConfigureTopicAsync(broker.Bootstrap, "new", new() { ["retention.ms"] = "222000", ["cleanup.policy"] = "compact" });
        Dictionary<string, string> config = await _client.DescribeTopicAsync(broker.Bootstrap, "new");
        (config["retention.ms"], config["cleanup.policy"]).ShouldBe(("222000", "compact"));
        await _client.GrowTopicAsync(broker.Bootstrap, "new", 5);
        (await _client.CountPartitionsAsync(broker.Bootstrap, "new")).ShouldBe(5);
        await _client.DeleteTopicAsync(broker.Bootstrap, "new");
        (await _client.CountPartitionsAsync(broker.Bootstrap, "new")).ShouldBe(0);
    }

    [Fact]
    public async Task Lists_groups()
    {
        Assert.SkipWhen(_client is KcatClient, "kcat has no admin calls");
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("work");
        await _client.ProduceAsync(broker.Bootstrap, "work", [new Outgoing("k", "v")]);
        await _client.ConsumeAsync(broker.Bootstrap, "workers", "work", 1);

        (await _client.ListGroupsAsync(broker.Bootstrap)).ShouldContain("workers");
    }

    [Fact]
    public async Task Serves_only_the_newest_of_each_key_after_compaction()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("state", config: new() { ["cleanup.policy"] = "compact", ["segment.bytes"] = "2000", ["min.cleanable.dirty.ratio"] = "0" });
        for (int round = 0; round < 3; round++)
            await _client.ProduceAsync(broker.Bootstrap, "state", [.. Enumerable.Range(0, 20).Select(i => new Outgoing($"k{i}", $"{round} {new string('z', 100)}"))], "gzip");
        await _client.ProduceAsync(broker.Bootstrap, "state", [new Outgoing("last", new string('z', 3000))]);
        broker.Broker.CleanUp(TestContext.Current.CancellationToken);

        IReadOnlyList<Incoming> read = await _client.ReadAsync(broker.Bootstrap, "state", partitions: 1, 21);
        read.Take(20).Select(message => (message.Key, message.Value![0])).ShouldBe(Enumerable.Range(0, 20).Select(i => ((string?)$"k{i}", '2')));
    }

    [Fact]
    public async Task Serves_what_retention_has_left()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("short", config: new() { ["retention.bytes"] = "5000", ["segment.bytes"] = "1000" });
        for (int i = 0; i < 5; i++)
            await _client.ProduceAsync(broker.Bootstrap, "short", [.. Enumerable.Range(0, 4).Select(n => new Outgoing("k", $"{i}-{n} {new string('z', 500)}"))]);

        broker.Broker.CleanUp(TestContext.Current.CancellationToken);

        DevBroker.Storage.PartitionLog log = broker.Broker.Topics.Find("short", 0)!;
        log.StartOffset.ShouldBeGreaterThan(0);
        log.SizeBytes.ShouldBeInRange(5000, 8000);
        int left = (int)(log.EndOffset - log.StartOffset);
        IReadOnlyList<Incoming> read = await _client.ReadAsync(broker.Bootstrap, "short", partitions: 1, left);
        read[0].Offset.ShouldBe(log.StartOffset);
        read[^1].Value!.ShouldStartWith("4-3");
    }
}

public sealed class ConfluentConformanceTests() : ConformanceTests(new ConfluentClient());

public sealed class KcatConformanceTests() : ConformanceTests(new KcatClient());

public sealed class PythonConformanceTests() : ConformanceTests(ScriptClient.Python);

public sealed class JavaScriptConformanceTests() : ConformanceTests(ScriptClient.JavaScript);
