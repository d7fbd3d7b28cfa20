using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Runtime.Ports;
using Pipeline.Schemas;

namespace Pipeline.Ingest.Policies;

/// <summary>
/// Reads the <c>policies</c> topic for the life of the host, in every process and from its beginning: it is compacted, and what is not newer than
/// what is known changes nothing. Belongs to no consumer group. Makes the topic where that is allowed, and waits for it where it is not.
/// </summary>
public sealed class PolicyReader(IngestOptions options, IPolicyChanges changes, TimeProvider time, ILogger<PolicyReader> logger) : BackgroundService
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private string _said = "";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // A thread of its own: the client library blocks.
                await Task.Factory.StartNew(
                    () => Read(stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            catch (KafkaException failure)
            {
                Say(failure.Error.Reason);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Returns when the topic is not there, and at the end of the host.</summary>
    private void Read(CancellationToken stopping)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            ClientId = "pipeline-policies",
            GroupId = "pipeline-policies",
            FetchWaitMaxMs = 100,
        };
        foreach ((string name, string value) in options.ClientSettings) config.Set(name, value);
        config.EnableAutoCommit = false;
        config.EnableAutoOffsetStore = false;
        config.AllowAutoCreateTopics = false;
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        using IConsumer<byte[]?, byte[]?> consumer = new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetLogHandler((_, line) => Log.ClientSays(logger, line.Facility, line.Message))
            .SetErrorHandler((_, error) => Log.ClientSays(logger, "policies", error.Reason))
            .Build();
        if (!IsThere(consumer)) return;
        consumer.Assign(new TopicPartitionOffset(options.PolicyTopic, 0, Offset.Beginning));
        Log.PoliciesRead(logger, options.PolicyTopic);
        _said = "";
        while (!stopping.IsCancellationRequested)
        {
            if (consumer.Consume(Poll) is { Message: { } message } result) Take(message, result.Offset.Value);
        }
    }

    private bool IsThere(IConsumer<byte[]?, byte[]?> consumer)
    {
        using IAdminClient admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        TopicMetadata topic = admin.GetMetadata(options.PolicyTopic, AskTimeout).Topics.Single();
        if (!topic.Error.IsError) return true;
        if (topic.Error.Code is not (ErrorCode.UnknownTopicOrPart or ErrorCode.LeaderNotAvailable) || !options.CreateTopics)
        {
            Say(topic.Error.Reason);
            return false;
        }

        try
        {
            var compacted = new TopicSpecification
            {
                Name = options.PolicyTopic,
                NumPartitions = 1,
                ReplicationFactor = -1,
                Configs = new Dictionary<string, string> { ["cleanup.policy"] = "compact" },
            };
            admin.CreateTopicsAsync([compacted], new CreateTopicsOptions { RequestTimeout = AskTimeout }).GetAwaiter().GetResult();
            Log.TopicCreated(logger, options.PolicyTopic, 1);
        }
        catch (CreateTopicsException refused) when (refused.Results.TrueForAll(result => result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another process of ours was faster.
        }

        return true;
    }

    private void Take(Message<byte[]?, byte[]?> message, long offset)
    {
        PolicyRecord? record = PolicyRecord.Read(message.Value, name => message.Headers.TryGetLastBytes(name, out byte[] value) ? value : null);
        if (record is null) Log.PolicyRecordIgnored(logger, options.PolicyTopic, offset);
        else changes.Offer(new PolicyRevision(record.Revision, record.Document));
    }

    private void Say(string reason)
    {
        if (_said == reason) return;
        _said = reason;
        Log.PoliciesNotRead(logger, options.PolicyTopic, reason);
    }
}
