using Confluent.Kafka;
using Pipeline.Domain.Events;
using Pipeline.Schemas;
using Testing;

namespace Attacks;

/// <summary>What an agent has brought to the log.</summary>
internal static class StoredBatches
{
    /// <summary>All batches that are there now, in order.</summary>
    public static List<EventBatch> Of(MockBroker broker)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = "attacks",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
        };
        using IConsumer<Ignore, byte[]> consumer = new ConsumerBuilder<Ignore, byte[]>(config).Build();
        consumer.Assign(new TopicPartitionOffset("node-events", 0, Offset.Beginning));
        List<EventBatch> batches = [];
        while (consumer.Consume(TestContext.Current.CancellationToken) is { IsPartitionEOF: false } message)
        {
            var batch = new EventBatch();
            NodeEventsCodec.Decode(message.Message.Value, batch, DecodeLimits.Default).IsOk.ShouldBeTrue();
            batches.Add(batch);
        }

        return batches;
    }
}
