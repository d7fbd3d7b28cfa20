using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Testing;

namespace DevBroker.Tests.Conformance;

/// <summary>What .NET clients see.</summary>
public sealed class ConfluentClientTests
{
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

    [Fact]
    public async Task Brings_a_static_member_back_without_a_rebalance()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("shared", partitions: 4);
        using IConsumer<string, string> first = broker.Consumer("team", config => config.GroupInstanceId = "a");
        IConsumer<string, string> second = broker.Consumer("team", config => config.GroupInstanceId = "b");
        first.Subscribe("shared");
        second.Subscribe("shared");
        await Eventually.TrueAsync(() => Poll(first, second) && first.Assignment.Count == 2 && second.Assignment.Count == 2, "both have half of the partitions");
        string heldBefore = string.Join(',', second.Assignment);
        second.Dispose();

        using IConsumer<string, string> again = broker.Consumer("team", config => config.GroupInstanceId = "b");
        again.Subscribe("shared");

        await Eventually.TrueAsync(() => Poll(first, again) && again.Assignment.Count == 2, "the member is back");
        string.Join(',', again.Assignment).ShouldBe(heldBefore);
        first.Assignment.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Takes_the_partitions_of_a_member_that_died()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("shared", partitions: 2);
        using IConsumer<string, string> first = broker.Consumer("team", config => config.SessionTimeoutMs = 1000);
        // Its polls stop, so it is no longer alive in the eyes of the group.
        using IConsumer<string, string> dead = broker.Consumer("team", config => (config.SessionTimeoutMs, config.MaxPollIntervalMs) = (1000, 1000));
        first.Subscribe("shared");
        dead.Subscribe("shared");
        await Eventually.TrueAsync(() => Poll(first, dead) && first.Assignment.Count == 1 && dead.Assignment.Count == 1, "both have half of the partitions");

        await Eventually.TrueAsync(() => Poll(first) && first.Assignment.Count == 2, "the member that lives has all partitions");
    }

    [Fact]
    public async Task Describes_and_deletes_groups()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("work", partitions: 2);
        using IAdminClient admin = broker.Admin();
        using (IConsumer<string, string> consumer = broker.Consumer("workers"))
        {
            consumer.Subscribe("work");
            await Eventually.TrueAsync(() => Poll(consumer) && consumer.Assignment.Count == 2, "the member has its partitions");
            ConsumerGroupDescription described = (await admin.DescribeConsumerGroupsAsync(["workers"])).ConsumerGroupDescriptions[0];
            (described.State, described.PartitionAssignor).ShouldBe((ConsumerGroupState.Stable, "range"));
            described.Members[0].Assignment.TopicPartitions.Count.ShouldBe(2);
            (await Should.ThrowAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync(["workers"])))
                .Results[0].Error.Code.ShouldBe(ErrorCode.NonEmptyGroup);
            consumer.Commit([new TopicPartitionOffset("work", 0, 7)]);
            consumer.Close();
        }

        await admin.DeleteGroupsAsync(["workers"]);

        using IConsumer<string, string> later = broker.Consumer("workers");
        later.Committed([new TopicPartition("work", 0)], RunningBroker.Patience)[0].Offset.ShouldBe(Offset.Unset);
    }

    [Fact]
    public async Task Moves_the_start_of_the_log_when_records_are_deleted()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("cut");
        using (IProducer<string, string> producer = broker.Producer())
        {
            for (int i = 0; i < 10; i++) producer.Produce("cut", new Message<string, string> { Value = $"{i}" });
            producer.Flush(RunningBroker.Patience);
        }

        using IAdminClient admin = broker.Admin();
        List<DeleteRecordsResult> result = await admin.DeleteRecordsAsync([new TopicPartitionOffset("cut", 0, 4)]);
        await broker.RestartAsync();

        result[0].Offset.Value.ShouldBe(4);
        broker.ReadAll("cut").Select(message => message.Message.Value).ShouldBe(["4", "5", "6", "7", "8", "9"]);
    }

    [Fact]
    public async Task Refuses_transactions_at_once()
    {
        await using RunningBroker broker = RunningBroker.Start();
        using IProducer<string, string> producer = broker.Producer(config => config.TransactionalId = "t");

        Should.Throw<KafkaException>(() => producer.InitTransactions(RunningBroker.Patience))
            .Error.Code.ShouldBe(ErrorCode.TransactionalIdAuthorizationFailed);
    }

    [Fact]
    public async Task Makes_topics_on_first_use_only_when_told_to()
    {
        await using RunningBroker strict = RunningBroker.Start();
        await using RunningBroker lax = RunningBroker.Start(options => options with { AutoCreate = true, DefaultPartitions = 3 });

        (await Should.ThrowAsync<ProduceException<string, string>>(() => ProduceAsync(strict))).Error.Code
            .ShouldBeOneOf(ErrorCode.UnknownTopicOrPart, ErrorCode.Local_UnknownTopic, ErrorCode.Local_MsgTimedOut);
        await ProduceAsync(lax);

        lax.Broker.Topics.Find("new")!.Partitions.Length.ShouldBe(3);
        static async Task ProduceAsync(RunningBroker broker)
        {
            using IProducer<string, string> producer = broker.Producer(config => config.MessageTimeoutMs = 5000);
            await producer.ProduceAsync("new", new Message<string, string> { Value = "v" }, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Wakes_a_waiting_consumer_when_a_message_comes()
    {
        await using RunningBroker broker = RunningBroker.Start();
        await broker.CreateTopicAsync("live");
        // It would wait for hours if nothing came.
        using IConsumer<string, string> consumer = broker.Consumer("live", config => (config.FetchWaitMaxMs, config.SocketTimeoutMs, config.EnablePartitionEof) = (250_000, 300_000, false));
        consumer.Assign(new TopicPartitionOffset("live", 0, Offset.Beginning));
        using IProducer<string, string> producer = broker.Producer();
        await producer.ProduceAsync("live", new Message<string, string> { Value = "before" }, TestContext.Current.CancellationToken);
        consumer.Consume(RunningBroker.Patience).Message.Value.ShouldBe("before");

        await producer.ProduceAsync("live", new Message<string, string> { Value = "now" }, TestContext.Current.CancellationToken);

        consumer.Consume(RunningBroker.Patience).Message.Value.ShouldBe("now");
    }

    private static bool Poll(params IConsumer<string, string>[] members)
    {
        foreach (IConsumer<string, string> member in members) member.Consume(TimeSpan.FromMilliseconds(10));
        return true;
    }
}
