using System.Buffers;
using System.Text;
using Confluent.Kafka;
using Pipeline.Domain.Events;
using Pipeline.Schemas;
using Testing;
using Testing.Scripts;

namespace EndToEnd;

/// <summary>Topics of one test's own. Writes events as an agent would, and reads the dead letters.</summary>
internal sealed class EventLog(string bootstrapServers) : IDisposable
{
    private readonly IProducer<byte[], byte[]> _producer =
        new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = bootstrapServers, EnableIdempotence = true, LingerMs = 2 }).Build();

    public string Events { get; } = LogFixture.UniqueName("node-events");

    public string Alarms { get; } = LogFixture.UniqueName("alarms");

    public string AlarmStates { get; } = LogFixture.UniqueName("alarm-state");

    public string Policies { get; } = LogFixture.UniqueName("policies");

    public string DeadLetterTopic { get; } = LogFixture.UniqueName("dead-letters");

    public Task SendAsync(EventBatch batch)
    {
        var bytes = new ArrayBufferWriter<byte>();
        NodeEventsCodec.Encode(batch, bytes);
        return SendAsync(batch.Node.Value, bytes.WrittenSpan.ToArray());
    }

    public Task SendAsync(string key, byte[] value) =>
        _producer.ProduceAsync(Events, new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(key), Value = value }, TestContext.Current.CancellationToken);

    /// <summary>
    /// Ends each partition that the topic has with a bad container on a node of its own, whose alarm says that all before it is done.
    /// </summary>
    /// <returns>The nodes.</returns>
    public async Task<IReadOnlyList<string>> SendEndsAsync()
    {
        using IAdminClient admin = new DependentAdminClientBuilder(_producer.Handle).Build();
        int partitions = admin.GetMetadata(Events, TimeSpan.FromSeconds(20)).Topics.Single().Partitions.Count;
        var nodes = new List<string>();
        for (int partition = 0; partition < partitions; partition++)
        {
            nodes.Add($"end-{partition}-of-{Events}");
            EventBatch end = Batches.Of(Script.OnNode(nodes[^1]).Created(Some.ContainerId(1), Some.PrivilegedSpec("end")).Events).Single();
            var bytes = new ArrayBufferWriter<byte>();
            NodeEventsCodec.Encode(end, bytes);
            await _producer.ProduceAsync(
                new TopicPartition(Events, partition),
                new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(nodes[^1]), Value = bytes.WrittenSpan.ToArray() },
                TestContext.Current.CancellationToken);
        }

        return nodes;
    }

    /// <summary>The dead letters so far, up to the first <paramref name="count"/>.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters(int count)
    {
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = bootstrapServers, GroupId = "test", AutoOffsetReset = AutoOffsetReset.Earliest, EnableAutoCommit = false }).Build();
        consumer.Assign(new TopicPartitionOffset(DeadLetterTopic, 0, Offset.Beginning));
        var letters = new List<DeadLetter>();
        while (letters.Count < count && consumer.Consume(TimeSpan.FromSeconds(20)) is { } record)
        {
            DeadLetterCodec.Decode(record.Message.Value, DecodeLimits.Default, out DeadLetter? letter);
            letters.Add(letter ?? throw new InvalidOperationException("a dead letter that cannot be read"));
        }

        return letters;
    }

    public void Dispose() => _producer.Dispose();
}
