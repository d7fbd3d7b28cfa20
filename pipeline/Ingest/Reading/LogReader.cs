using System.Collections.Immutable;
using Confluent.Kafka;

namespace Pipeline.Ingest.Reading;

/// <summary>Where the log is, for tools that read it outside of any consumer group.</summary>
/// <param name="BootstrapServers">host:port, comma separated.</param>
/// <param name="ClientSettings">Further librdkafka settings, for example for TLS and SASL.</param>
public sealed record LogAddress(string BootstrapServers, string Topic, IReadOnlyDictionary<string, string> ClientSettings);

/// <summary>What a partition holds now: offsets from <paramref name="Oldest"/> up to before <paramref name="End"/>.</summary>
public readonly record struct PartitionExtent(int Partition, long Oldest, long End);

/// <summary>
/// Reads partitions of the log from chosen offsets, in order. Belongs to no consumer group and leaves no trace at the broker. Blocks the
/// calling thread; not thread-safe.
/// </summary>
public sealed class LogReader : IDisposable
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    private readonly LogAddress _address;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;

    public LogReader(LogAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        _address = address;
        var config = new ConsumerConfig
        {
            BootstrapServers = address.BootstrapServers,
            ClientId = "pipeline-tools",
            GroupId = "pipeline-tools",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AllowAutoCreateTopics = false,
            AutoOffsetReset = AutoOffsetReset.Error,
        };
        foreach ((string name, string value) in address.ClientSettings) config.Set(name, value);

        // What the client has to complain of shows as a request that is not answered; its own lines would mix with a tool's report.
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    /// <summary>Every partition of the topic, ascending.</summary>
    /// <exception cref="NodeLogException">The broker cannot be reached, or the topic is not there.</exception>
    public ImmutableArray<PartitionExtent> Extents() => Asking(() =>
    {
        using IAdminClient admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
        TopicMetadata topic = admin.GetMetadata(_address.Topic, AskTimeout).Topics.Single();
        if (topic.Error.IsError) throw new NodeLogException($"topic {_address.Topic}: {topic.Error.Reason}");
        return topic.Partitions.Select(p => p.PartitionId).Order().Select(Extent).ToImmutableArray();
    });

    /// <summary>For each partition the first offset that the broker has stamped with this time or a later one; the end where there is none.</summary>
    public IReadOnlyDictionary<int, long> OffsetsAt(DateTimeOffset time, IEnumerable<int> partitions) => Asking(() => _consumer
        .OffsetsForTimes(
            partitions.Select(p => new TopicPartitionTimestamp(_address.Topic, p, new Timestamp(time.UtcDateTime))), AskTimeout)
        .ToDictionary(p => p.Partition.Value, p => p.Offset == Offset.End ? long.MaxValue : p.Offset.Value));

    /// <summary>Reads these partitions from these offsets on.</summary>
    public void Assign(IEnumerable<(int Partition, long Offset)> starts) =>
        _consumer.Assign(starts.Select(s => new TopicPartitionOffset(_address.Topic, s.Partition, s.Offset)));

    /// <summary>Reads this partition no more.</summary>
    public void Close(int partition) => _consumer.IncrementalUnassign([new TopicPartition(_address.Topic, partition)]);

    /// <summary>The next record of any partition.</summary>
    /// <returns>Null when none came in time.</returns>
    public ConsumeResult<byte[]?, byte[]?>? Read(TimeSpan patience) => Asking(() => _consumer.Consume(patience));

    public void Dispose() => _consumer.Dispose();

    private PartitionExtent Extent(int partition)
    {
        WatermarkOffsets offsets = _consumer.QueryWatermarkOffsets(new TopicPartition(_address.Topic, partition), AskTimeout);
        return new PartitionExtent(partition, offsets.Low.Value, offsets.High.Value);
    }

    private T Asking<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (KafkaException e)
        {
            throw new NodeLogException($"{_address.BootstrapServers}: {e.Error.Reason}");
        }
    }
}
