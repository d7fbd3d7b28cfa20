using System.Collections.Immutable;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Pipeline.Runtime.Ports;

namespace Pipeline.Publishing;

/// <summary>
/// Publishes what is stored to a topic, in stored order, at least once: a page counts as published when the broker has acknowledged all of it,
/// and is sent again from its first event otherwise. While the broker is away it waits. One page at a time.
/// </summary>
internal sealed class AlarmTopic(
    TopicContent content, AlarmTopicOptions options, TimeProvider time, Telemetry telemetry, ILogger<AlarmTopic> logger) : IAlarmSubscriber, IDisposable
{
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MostPause = TimeSpan.FromSeconds(10);

    private IProducer<byte[], byte[]>? _producer;
    private bool _topicIsThere = !options.CreateTopic;

    public string Name => content.Position;

    public bool BeginsAtFirst => true;

    public async Task TakeAsync(IReadOnlyList<AlarmEventRecord> events, CancellationToken cancellation)
    {
        ImmutableArray<Message<byte[], byte[]>> messages = content.Messages(events);
        TimeSpan pause = LeastPause;
        while (await SendAsync(messages) is { } reason)
        {
            cancellation.ThrowIfCancellationRequested();
            telemetry.Retried(content.Topic);
            Log.Retried(logger, content.Topic, events.Count, (long)pause.TotalMilliseconds, reason);
            await Task.Delay(pause, time, cancellation);
            pause = pause * 2 < MostPause ? pause * 2 : MostPause;
        }

        if (pause != LeastPause) Log.Recovered(logger, content.Topic);
        DateTimeOffset now = time.GetUtcNow();
        foreach (AlarmEventRecord e in events) telemetry.Published(content.Topic, now - e.StoredAt);
    }

    public void Dispose() => _producer?.Dispose();

    /// <returns>Null when all were acknowledged; else why not.</returns>
    private async Task<string?> SendAsync(ImmutableArray<Message<byte[], byte[]>> messages)
    {
        if (messages.IsEmpty) return null;
        try
        {
            await EnsureTopicAsync();
            IProducer<byte[], byte[]> producer = _producer ??= Build();
            Task<DeliveryResult<byte[], byte[]>>[] sent = [.. messages.Select(message => producer.ProduceAsync(content.Topic, message))];
            await Task.WhenAll(sent);
            return null;
        }
        catch (KafkaException failure)
        {
            // An idempotent producer that gave a message up may have others of the page behind it: a new one begins in order again.
            _producer?.Dispose();
            _producer = null;
            return failure.Error.Reason;
        }
    }

    private async Task EnsureTopicAsync()
    {
        if (_topicIsThere) return;
        using IAdminClient admin = new AdminClientBuilder(Configured(new AdminClientConfig())).SetLogHandler((_, _) => { }).Build();
        try
        {
            await admin.CreateTopicsAsync(
            [
                new TopicSpecification
                {
                    Name = content.Topic,
                    NumPartitions = options.CreatedPartitions,
                    Configs = content.CleanupPolicy.Length > 0 ? new() { ["cleanup.policy"] = content.CleanupPolicy } : [],
                },
            ]);
            Log.Created(logger, content.Topic);
        }
        catch (CreateTopicsException refused) when (refused.Results.All(result => result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another process, or an earlier run, was first.
        }

        _topicIsThere = true;
    }

    private IProducer<byte[], byte[]> Build()
    {
        ProducerConfig config = Configured(new ProducerConfig { CompressionType = CompressionType.Lz4, LingerMs = 5 });
        config.EnableIdempotence = true;
        config.Acks = Acks.All;
        return new ProducerBuilder<byte[], byte[]>(config)
            .SetLogHandler((_, message) => Log.Client(logger, message.Name, message.Message))
            .SetErrorHandler((_, error) => Log.Client(logger, "error", error.Reason))
            .Build();
    }

    private T Configured<T>(T config)
        where T : ClientConfig
    {
        config.BootstrapServers = options.BootstrapServers;
        config.ClientId = "pipeline.publishing";
        foreach ((string key, string value) in options.ClientSettings) config.Set(key, value);
        return config;
    }
}
