using Confluent.Kafka;

namespace Ingest.Tests.Kit;

/// <summary>Writes good records to a topic, with the key that their events say.</summary>
internal sealed class Feeder : IDisposable
{
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly string _topic;
    private long _sequence;

    public Feeder(string brokers, string topic)
    {
        _topic = topic;
        var config = new ProducerConfig { BootstrapServers = brokers, LingerMs = 1, MessageMaxBytes = 8 * 1024 * 1024 };
        _producer = new ProducerBuilder<byte[]?, byte[]?>(config)
            .SetKeySerializer(Serializers.ByteArray!)
            .SetValueSerializer(Serializers.ByteArray!)
            .Build();
    }

    public Task SendAsync(int partition, byte[]? key, byte[]? value) =>
        _producer.ProduceAsync(new TopicPartition(_topic, partition), new Message<byte[]?, byte[]?> { Key = key, Value = value });

    /// <summary>So many records to each partition, acknowledged when it returns.</summary>
    public async Task FillAsync(int partitions, int recordsEach)
    {
        var sent = new List<Task>();
        for (int i = 0; i < recordsEach; i++)
        {
            for (int partition = 0; partition < partitions; partition++)
            {
                byte[] value = Sample.Value(Sample.Batch(firstSequence: _sequence++));
                sent.Add(SendAsync(partition, Sample.Key(), value));
            }
        }

        await Task.WhenAll(sent);
    }

    public void Dispose() => _producer.Dispose();
}
