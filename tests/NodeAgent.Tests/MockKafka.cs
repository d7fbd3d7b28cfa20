using System.Text;
using Confluent.Kafka;
using Pipeline.Domain.Events;
using Pipeline.Schemas;

namespace NodeAgent.Tests;

/// <summary>The broker that librdkafka has for tests: in memory, on a port of its own. What it stores lives as long as this object.</summary>
internal sealed class MockKafka : IDisposable
{
    public const string Topic = "node-events";

    private readonly IAdminClient _broker;

    public MockKafka()
    {
        var config = new AdminClientConfig { BootstrapServers = "localhost:1" };
        config.Set("test.mock.num.brokers", "1");
        _broker = new AdminClientBuilder(config).SetLogHandler((_, _) => { }).Build();
        BrokerMetadata at = _broker.GetMetadata(TimeSpan.FromSeconds(30)).Brokers[0];
        Host = at.Host;
        Port = at.Port;
    }

    public string Host { get; }

    public int Port { get; }

    public string Address => $"{Host}:{Port}";

    /// <summary>Reads the topic from its beginning until <paramref name="complete"/> likes what was read.</summary>
    public Task<List<ReadMessage>> ReadAsync(Func<List<ReadMessage>, bool> complete) => Task.Run(() => Read(complete), TestContext.Current.CancellationToken);

    public void Dispose() => _broker.Dispose();

    private List<ReadMessage> Read(Func<List<ReadMessage>, bool> complete)
    {
        var config = new ConsumerConfig { BootstrapServers = Address, GroupId = "test", EnableAutoCommit = false };
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).Build();
        int partitions = _broker.GetMetadata(Topic, TimeSpan.FromSeconds(30)).Topics[0].Partitions.Count;
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(Topic, partition, Offset.Beginning)));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        var read = new List<ReadMessage>();
        while (!complete(read)) read.Add(ReadMessage.Of(consumer.Consume(deadline.Token)));
        consumer.Unassign();
        return read;
    }
}

/// <summary>A message as a reader of the topic sees it.</summary>
internal sealed record ReadMessage(int Partition, string Key, string Kinds, EventBatch Batch)
{
    public static ReadMessage Of(ConsumeResult<byte[], byte[]> result)
    {
        var batch = new EventBatch();
        NodeEventsCodec.Decode(result.Message.Value, batch, DecodeLimits.Default).IsOk.ShouldBeTrue();
        string kinds = Encoding.UTF8.GetString(result.Message.Headers.GetLastBytes("kinds"));
        return new ReadMessage(result.Partition.Value, Encoding.UTF8.GetString(result.Message.Key), kinds, batch);
    }
}
