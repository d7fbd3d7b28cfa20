using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Testing;

namespace DevBroker.Tests;

/// <summary>What .NET clients see.</summary>
public sealed class ConfluentClientTests
{
    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Returns_what_was_produced_in_order(CompressionType compression)
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("orders");
        using IProducer<string, string> producer = broker.Producer(config => config.CompressionType = compression);

        for (int i = 0; i < 2000; i++)
            producer.Produce("orders", new Message<string, string> { Key = $"k{i}", Value = i % 7 == 0 ? "" : $"value {i}", Timestamp = new Timestamp(1000 + i, TimestampType.CreateTime) });
        producer.Flush(RunningBroker.Patience);

        List<ConsumeResult<string, string>> read = broker.ReadAll("orders");
        read.Select(message => message.Offset.Value).ShouldBe(Enumerable.Range(0, 2000).Select(i => (long)i));
        read.Select(message => message.Message.Key).ShouldBe(Enumerable.Range(0, 2000).Select(i => $"k{i}"));
        read[7].Message.Value.ShouldBe("");
        read[8].Message.Value.ShouldBe("value 8");
        read[8].Message.Timestamp.UnixTimestampMs.ShouldBe(1008);
    }

    [Fact]
    public async Task Keeps_headers_nulls_and_large_messages()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("mixed", config: new() { ["max.message.bytes"] = "20000000" });
        using IProducer<string, string> producer = broker.Producer(config => config.MessageMaxBytes = 16_000_000);
        string large = new('x', 10_000_000);

        await producer.ProduceAsync("mixed", new Message<string, string> { Value = large }, TestContext.Current.CancellationToken);
        await producer.ProduceAsync("mixed", new Message<string, string> { Key = "gone", Value = null! }, TestContext.Current.CancellationToken);
        await producer.ProduceAsync("mixed", new Message<string, string> { Value = "v", Headers = new Headers { { "kind", Encoding.UTF8.GetBytes("exec") }, { "empty", null } } }, TestContext.Current.CancellationToken);

        List<ConsumeResult<string, string>> read = broker.ReadAll("mixed");
        read[0].Message.Value.ShouldBe(large);
        read[1].Message.Value.ShouldBeNull();
        read[2].Message.Headers.GetLastBytes("kind").ShouldBe(Encoding.UTF8.GetBytes("exec"));
        read[2].Message.Headers.GetLastBytes("empty").ShouldBeNull();
    }

    [Fact]
    public async Task Keeps_messages_offsets_and_topics_over_a_restart()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("kept", partitions: 3, config: new() { ["retention.ms"] = "1234567" });
        using (IProducer<string, string> producer = broker.Producer())
        {
            for (int i = 0; i < 300; i++) producer.Produce(new TopicPartition("kept", i % 3), new Message<string, string> { Value = $"{i}" });
            producer.Flush(RunningBroker.Patience);
        }

        using (IConsumer<string, string> consumer = broker.Consumer("group")) consumer.Commit([new TopicPartitionOffset("kept", 1, 42)]);

        await broker.RestartAsync();

        broker.ReadAll("kept", 3).Count.ShouldBe(300);
        using IConsumer<string, string> again = broker.Consumer("group");
        again.Committed([new TopicPartition("kept", 1)], RunningBroker.Patience)[0].Offset.Value.ShouldBe(42);
        using IAdminClient admin = broker.Admin();
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = "kept" };
        (await admin.DescribeConfigsAsync([resource]))[0].Entries["retention.ms"].Value.ShouldBe("1234567");
    }

    [Fact]
    public async Task Finds_offsets_by_time_inside_a_batch()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("timed");
        using IProducer<string, string> producer = broker.Producer(config => config.CompressionType = CompressionType.Lz4);
        for (int i = 0; i < 1000; i++)
            producer.Produce("timed", new Message<string, string> { Value = "v", Timestamp = new Timestamp(10_000 + (i * 10), TimestampType.CreateTime) });
        producer.Flush(RunningBroker.Patience);

        using IConsumer<string, string> consumer = broker.Consumer("times");
        long OffsetFor(long time) => consumer.OffsetsForTimes(
            [new TopicPartitionTimestamp("timed", 0, new Timestamp(time, TimestampType.CreateTime))], RunningBroker.Patience)[0].Offset.Value;

        OffsetFor(0).ShouldBe(0);
        OffsetFor(15_000).ShouldBe(500);
        OffsetFor(15_001).ShouldBe(501);
        OffsetFor(19_991).ShouldBe(Offset.End.Value);
    }

    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task Shares_partitions_among_members_that_come_and_go(PartitionAssignmentStrategy strategy)
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("shared", partitions: 6);
        using IConsumer<string, string> first = broker.Consumer("team", config => config.PartitionAssignmentStrategy = strategy);
        using IConsumer<string, string> second = broker.Consumer("team", config => config.PartitionAssignmentStrategy = strategy);

        first.Subscribe("shared");
        await Eventually.TrueAsync(() => Poll(first) && first.Assignment.Count == 6, "the first member has all partitions");
        second.Subscribe("shared");
        await Eventually.TrueAsync(() => Poll(first, second) && first.Assignment.Count == 3 && second.Assignment.Count == 3, "both have half of the partitions");
        first.Assignment.Intersect(second.Assignment).ShouldBeEmpty();
        first.Close();
        await Eventually.TrueAsync(() => Poll(second) && second.Assignment.Count == 6, "the second member has all partitions");
    }

    private static bool Poll(params IConsumer<string, string>[] members)
    {
        foreach (IConsumer<string, string> member in members) member.Consume(TimeSpan.FromMilliseconds(10));
        return true;
    }
}
