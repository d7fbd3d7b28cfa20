using System.Text;
using Confluent.Kafka;
using Pipeline.Domain.Events;
using Pipeline.Schemas;

namespace Pipeline.Ingest.Reading;

/// <summary>
/// Reads what the log holds of one node, once, in order, up to what was its end when reading began. Belongs to no consumer group and leaves
/// no trace at the broker. Blocks the calling thread; for tools.
/// </summary>
public sealed class NodeLog : IDisposable
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly NodeLogRequest _request;
    private readonly byte[] _key;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly Dictionary<int, (long Start, long Oldest, long End)> _open = [];
    private readonly EventBatch _batch = new();

    private NodeLog(NodeLogRequest request)
    {
        _request = request;
        _key = Encoding.UTF8.GetBytes(request.Node.Value);
        var config = new ConsumerConfig
        {
            BootstrapServers = request.BootstrapServers,
            ClientId = "pipeline-explain",
            GroupId = "pipeline-explain",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AllowAutoCreateTopics = false,
            AutoOffsetReset = AutoOffsetReset.Error,
        };
        foreach ((string name, string value) in request.ClientSettings) config.Set(name, value);

        // What the client has to complain of shows as a request that is not answered; its own lines would mix with the report.
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    /// <exception cref="NodeLogException">The broker cannot be reached, or the topic is not there.</exception>
    public static NodeLogSummary Read(NodeLogRequest request, TakeBatch take, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(take);
        try
        {
            using var log = new NodeLog(request);
            log.Assign();
            return log.Walk(take, cancellation);
        }
        catch (KafkaException e)
        {
            throw new NodeLogException($"{request.BootstrapServers}: {e.Error.Reason}");
        }
    }

    public void Dispose() => _consumer.Dispose();

    private void Assign()
    {
        using IAdminClient admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
        TopicMetadata topic = admin.GetMetadata(_request.Topic, AskTimeout).Topics.Single();
        if (topic.Error.IsError) throw new NodeLogException($"topic {_request.Topic}: {topic.Error.Reason}");
        TopicPartition[] partitions = [.. topic.Partitions.Select(p => new TopicPartition(_request.Topic, p.PartitionId))];
        Dictionary<TopicPartition, long> starts = Starts(partitions);
        foreach (TopicPartition partition in partitions)
        {
            WatermarkOffsets offsets = _consumer.QueryWatermarkOffsets(partition, AskTimeout);
            long start = Math.Clamp(starts.GetValueOrDefault(partition, 0), offsets.Low.Value, offsets.High.Value);
            if (start < offsets.High.Value) _open.Add(partition.Partition.Value, (start, offsets.Low.Value, offsets.High.Value));
        }

        _consumer.Assign(_open.Select(p => new TopicPartitionOffset(_request.Topic, p.Key, p.Value.Start)));
    }

    private Dictionary<TopicPartition, long> Starts(TopicPartition[] partitions) => _request.Start switch
    {
        NodeLogStart.AtOffset at => partitions.ToDictionary(p => p, _ => at.Offset),
        NodeLogStart.AtTime at => _consumer
            .OffsetsForTimes(partitions.Select(p => new TopicPartitionTimestamp(p, new Timestamp(at.Time.UtcDateTime))), AskTimeout)
            .ToDictionary(p => p.TopicPartition, p => p.Offset == Offset.End ? long.MaxValue : p.Offset.Value),
        _ => [],
    };

    /// <summary>
    /// A node has one partition, since its name is the key of its records: as soon as it shows in one the others are let go.
    /// </summary>
    private NodeLogSummary Walk(TakeBatch take, CancellationToken cancellation)
    {
        var summary = new NodeLogSummary(null, 0, 0, 0, 0, 0);
        while (_open.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            ConsumeResult<byte[]?, byte[]?> record = _consumer.Consume(Silence)
                ?? throw new NodeLogException($"{_request.BootstrapServers} has sent nothing for {Silence.TotalSeconds} s");
            int partition = record.Partition.Value;
            if (!_open.TryGetValue(partition, out (long Start, long Oldest, long End) range)) continue;
            if (record.Offset.Value < range.End && record.Message.Key is { } key && key.AsSpan().SequenceEqual(_key))
            {
                if (summary.Partition is null) Keep(partition);
                summary = summary with { Partition = partition, FirstOffset = range.Start, OldestOffset = range.Oldest,
                    EndOffset = record.Offset.Value + 1 };
                bool decoded = NodeEventsCodec.Decode(record.Message.Value ?? [], _batch, DecodeLimits.Default).IsOk;
                summary = decoded ? summary with { Batches = summary.Batches + 1 } : summary with { Undecodable = summary.Undecodable + 1 };
                if (decoded && !take(_batch)) return summary;
            }

            if (record.Offset.Value + 1 >= range.End) Close(partition);
        }

        return summary;
    }

    private void Keep(int partition)
    {
        foreach (int other in _open.Keys.Where(p => p != partition).ToArray()) Close(other);
    }

    private void Close(int partition)
    {
        _open.Remove(partition);
        _consumer.IncrementalUnassign([new TopicPartition(_request.Topic, partition)]);
    }
}
