using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Policies;
using Pipeline.Runtime.Ports;
using Pipeline.Schemas;

namespace Pipeline.Publishing;

/// <summary>
/// Publishes every change of the policy to the <c>policies</c> topic, in order, at least once. Waits while the broker is away or the topic
/// missing; who reads the topic makes it.
/// </summary>
public sealed class PolicyTopic(PolicyTopicOptions options, TimeProvider time, ILogger<PolicyTopic> logger) : IPolicySubscriber, IDisposable
{
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MostPause = TimeSpan.FromSeconds(10);

    private readonly Lazy<IProducer<string, byte[]?>> _producer = new(() => Build(options, logger));

    public async Task TakeAsync(IReadOnlyList<PolicyEvent> changes, CancellationToken cancellation)
    {
        foreach (PolicyEvent change in changes)
        {
            TimeSpan pause = LeastPause;
            while (await SendAsync(change, cancellation) is { } reason)
            {
                Log.Retried(logger, options.Topic, 1, (long)pause.TotalMilliseconds, reason);
                await Task.Delay(pause, time, cancellation);
                pause = pause * 2 < MostPause ? pause * 2 : MostPause;
            }

            Log.PolicyPublished(logger, change.Revision, options.Topic);
        }
    }

    public void Dispose()
    {
        if (_producer.IsValueCreated) _producer.Value.Dispose();
    }

    /// <returns>Null when it was acknowledged; else why not.</returns>
    private async Task<string?> SendAsync(PolicyEvent change, CancellationToken cancellation)
    {
        try
        {
            await _producer.Value.ProduceAsync(options.Topic, MessageOf(change), cancellation);
            return null;
        }
        catch (KafkaException failure)
        {
            return failure.Error.Reason;
        }
    }

    private static Message<string, byte[]?> MessageOf(PolicyEvent change)
    {
        var record = new PolicyRecord(change.Revision, change.Document);
        var headers = new Headers
        {
            { "content-type", Encoding.UTF8.GetBytes(PolicyRecord.ContentType) },
            { "ce_specversion", "1.0"u8.ToArray() },
            { "ce_id", Bytes(DeterministicId.From("policy", "detection", change.Revision.ToString(CultureInfo.InvariantCulture)).ToString()) },
            { "ce_source", Bytes("/policies") },
            { "ce_type", Bytes(change is PolicyRolledBack ? "pipeline.policy.rolled-back" : "pipeline.policy.applied") },
            { "ce_time", Bytes(change.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)) },
            { "ce_subject", Bytes(PolicyRecord.Key) },
        };
        foreach ((string name, byte[] value) in record.Headers) headers.Add(name, value);
        return new Message<string, byte[]?>
        {
            Key = PolicyRecord.Key,
            Value = record.Value,
            Timestamp = new Timestamp(change.At.UtcDateTime, TimestampType.CreateTime),
            Headers = headers,
        };
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static IProducer<string, byte[]?> Build(PolicyTopicOptions options, ILogger logger)
    {
        var config = new ProducerConfig { BootstrapServers = options.BootstrapServers, ClientId = "pipeline.policies" };
        foreach ((string key, string value) in options.ClientSettings) config.Set(key, value);
        config.Acks = Acks.All;
        // One at a time, so that nothing has to be kept in order; a wait is ours, which says why it waits.
        config.MessageTimeoutMs = 5000;
        return new ProducerBuilder<string, byte[]?>(config)
            .SetLogHandler((_, message) => Log.Client(logger, message.Name, message.Message))
            .SetErrorHandler((_, error) => Log.Client(logger, "error", error.Reason))
            .Build();
    }
}
