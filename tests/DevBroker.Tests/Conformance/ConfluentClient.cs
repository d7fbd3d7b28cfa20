using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace DevBroker.Tests.Conformance;

/// <summary>The .NET client, in this process.</summary>
internal sealed class ConfluentClient : KafkaClient
{
    public override string? Missing => null;

    public override async Task ProduceAsync(string bootstrap, string topic, IReadOnlyList<Outgoing> messages, string compression, bool idempotent)
    {
        using IProducer<string?, string?> producer = new ProducerBuilder<string?, string?>(new ProducerConfig
        {
            BootstrapServers = bootstrap,
            CompressionType = Enum.Parse<CompressionType>(compression, ignoreCase: true),
            EnableIdempotence = idempotent,
            MessageMaxBytes = 20_000_000,
            LingerMs = 5,
        }).Build();
        await Task.WhenAll(messages.Select(message => producer.ProduceAsync(
            new Confluent.Kafka.TopicPartition(topic, message.Partition), ToMessage(message), TestContext.Current.CancellationToken)));
    }

    public override Task<IReadOnlyList<Incoming>> ReadAsync(string bootstrap, string topic, int partitions, int count)
    {
        using IConsumer<string?, string?> consumer = Consumer(bootstrap, "reader");
        consumer.Assign(Enumerable.Range(0, partitions).Select(i => new TopicPartitionOffset(topic, i, Offset.Beginning)));
        return Task.FromResult<IReadOnlyList<Incoming>>(Take(consumer, count));
    }

    public override Task<IReadOnlyList<Incoming>> ConsumeAsync(string bootstrap, string group, string topic, int count)
    {
        using IConsumer<string?, string?> consumer = Consumer(bootstrap, group);
        consumer.Subscribe(topic);
        List<Incoming> taken = Take(consumer, count);
        consumer.Commit([new TopicPartitionOffset(topic, taken[^1].Partition, taken[^1].Offset + 1)]);
        consumer.Close();
        return Task.FromResult<IReadOnlyList<Incoming>>(taken);
    }

    public override IMember Join(string bootstrap, string group, string topic) => new Member(Consumer(bootstrap, group), topic);

    public override Task<long> OffsetForTimeAsync(string bootstrap, string topic, long timestamp)
    {
        using IConsumer<string?, string?> consumer = Consumer(bootstrap, "times");
        var asked = new TopicPartitionTimestamp(topic, 0, new Timestamp(timestamp, TimestampType.CreateTime));
        return Task.FromResult(consumer.OffsetsForTimes([asked], RunningBroker.Patience)[0].Offset.Value);
    }

    public override Task CreateTopicAsync(string bootstrap, string topic, int partitions, Dictionary<string, string> config) => WithAdmin(bootstrap, admin =>
        admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1, Configs = config }]));

    public override Task GrowTopicAsync(string bootstrap, string topic, int partitions) => WithAdmin(bootstrap, admin =>
        admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = partitions }]));

    public override Task ConfigureTopicAsync(string bootstrap, string topic, Dictionary<string, string> config) => WithAdmin(bootstrap, admin =>
        admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [Resource(topic)] = [.. config.Select(entry => new ConfigEntry { Name = entry.Key, Value = entry.Value, IncrementalOperation = AlterConfigOpType.Set })],
        }));

    public override async Task<Dictionary<string, string>> DescribeTopicAsync(string bootstrap, string topic)
    {
        using IAdminClient admin = Admin(bootstrap);
        DescribeConfigsResult described = (await admin.DescribeConfigsAsync([Resource(topic)]))[0];
        return described.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Value);
    }

    public override Task DeleteTopicAsync(string bootstrap, string topic) => WithAdmin(bootstrap, admin => admin.DeleteTopicsAsync([topic]));

    public override Task<int> CountPartitionsAsync(string bootstrap, string topic)
    {
        using IAdminClient admin = Admin(bootstrap);
        return Task.FromResult(admin.GetMetadata(RunningBroker.Patience).Topics.Where(found => found.Topic == topic).Sum(found => found.Partitions.Count));
    }

    public override async Task<IReadOnlyList<string>> ListGroupsAsync(string bootstrap)
    {
        using IAdminClient admin = Admin(bootstrap);
        return [.. (await admin.ListConsumerGroupsAsync()).Valid.Select(group => group.GroupId)];
    }

    private static ConfigResource Resource(string topic) => new() { Type = ResourceType.Topic, Name = topic };

    private static IAdminClient Admin(string bootstrap) => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();

    private static async Task WithAdmin(string bootstrap, Func<IAdminClient, Task> call)
    {
        using IAdminClient admin = Admin(bootstrap);
        await call(admin);
    }

    private static IConsumer<string?, string?> Consumer(string bootstrap, string group) => new ConsumerBuilder<string?, string?>(new ConsumerConfig
    {
        BootstrapServers = bootstrap,
        GroupId = group,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoCommit = false,
        SessionTimeoutMs = 6000,
        HeartbeatIntervalMs = 200,
    }).Build();

    private static Message<string?, string?> ToMessage(Outgoing message)
    {
        var headers = new Headers();
        foreach ((string name, string value) in message.Headers) headers.Add(name, Encoding.UTF8.GetBytes(value));
        Timestamp timestamp = message.Timestamp is { } ms ? new Timestamp(ms, TimestampType.CreateTime) : Timestamp.Default;
        return new Message<string?, string?> { Key = message.Key, Value = message.Value, Headers = headers, Timestamp = timestamp };
    }

    private static List<Incoming> Take(IConsumer<string?, string?> consumer, int count)
    {
        var taken = new List<Incoming>();
        while (taken.Count < count)
        {
            ConsumeResult<string?, string?>? next = consumer.Consume(RunningBroker.Patience);
            next.ShouldNotBeNull("Nothing came.");
            taken.Add(new Incoming(
                next.Partition.Value,
                next.Offset.Value,
                next.Message.Key,
                next.Message.Value,
                next.Message.Timestamp.UnixTimestampMs,
                next.Message.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes()))));
        }

        return taken;
    }

    /// <summary>A consumer that is polled by a thread of its own, as the client wants it.</summary>
    private sealed class Member : IMember
    {
        private readonly CancellationTokenSource _leaving = new();
        private readonly IConsumer<string?, string?> _consumer;
        private readonly Task _polling;

        public Member(IConsumer<string?, string?> consumer, string topic)
        {
            _consumer = consumer;
            _consumer.Subscribe(topic);
            _polling = Task.Factory.StartNew(Poll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        public IReadOnlyList<int> Held => _leaving.IsCancellationRequested ? [] : [.. _consumer.Assignment.Select(partition => partition.Partition.Value)];

        public async Task LeaveAsync()
        {
            await _leaving.CancelAsync();
            await _polling;
        }

        public async ValueTask DisposeAsync()
        {
            await LeaveAsync();
            _consumer.Dispose();
            _leaving.Dispose();
        }

        private void Poll()
        {
            while (!_leaving.IsCancellationRequested) _consumer.Consume(TimeSpan.FromMilliseconds(50));
            _consumer.Close();
        }
    }
}
