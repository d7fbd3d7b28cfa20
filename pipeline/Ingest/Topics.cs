using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Pipeline.Ingest.Consuming;

namespace Pipeline.Ingest;

/// <summary>Makes sure at start that the topics are there: waits for a broker that is away, and for topics that somebody else creates.</summary>
internal sealed class Topics(IngestOptions options, TimeProvider time, Telemetry telemetry, ILogger logger)
{
    /// <summary>Lets the broker use its own default.</summary>
    private const short BrokersReplication = -1;
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);
    private readonly TransientErrors _errors = new(time, telemetry, logger);
    private readonly LogLimiter<string> _limiter = new(time);

    public async Task EnsureAsync(CancellationToken cancellation)
    {
        using IAdminClient admin = Build();
        var delay = new ReopenDelay(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10));
        for (int attempt = 1; ; attempt++)
        {
            cancellation.ThrowIfCancellationRequested();
            string? problem = await ProblemAsync(admin);
            if (problem is null) return;
            if (_limiter.Lets(problem, out _)) Log.TopicsNotReady(logger, problem);
            await Task.Delay(delay.After(attempt), time, cancellation);
        }
    }

    private async Task<string?> ProblemAsync(IAdminClient admin)
    {
        try
        {
            string[] missing = await MissingAsync(admin);
            if (missing.Length == 0) return null;
            if (!options.CreateTopics) return $"missing and not to be created: {string.Join(", ", missing)}";
            foreach (string topic in missing) await CreateAsync(admin, topic);
            return null;
        }
        catch (KafkaException failure)
        {
            return failure.Error.Reason;
        }
    }

    private async Task<string[]> MissingAsync(IAdminClient admin)
    {
        TopicCollection topics = TopicCollection.OfTopicNames([options.Topic, options.DeadLetterTopic]);
        List<TopicDescription> found;
        try
        {
            found = (await admin.DescribeTopicsAsync(topics, new DescribeTopicsOptions { RequestTimeout = AskTimeout })).TopicDescriptions;
        }
        catch (DescribeTopicsException partly)
        {
            found = partly.Results.TopicDescriptions;
        }

        TopicDescription? refused = found.Find(topic => topic.Error.IsError && topic.Error.Code != ErrorCode.UnknownTopicOrPart);
        if (refused is not null) throw new KafkaException(refused.Error);
        return [.. found.Where(topic => topic.Error.IsError).Select(topic => topic.Name)];
    }

    private async Task CreateAsync(IAdminClient admin, string topic)
    {
        int partitions = topic == options.Topic ? options.CreatedPartitions : 1;
        try
        {
            await admin.CreateTopicsAsync(
                [new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = BrokersReplication }],
                new CreateTopicsOptions { RequestTimeout = AskTimeout });
            Log.TopicCreated(logger, topic, partitions);
        }
        catch (CreateTopicsException failure) when (failure.Results.TrueForAll(result => result.Error.Code is ErrorCode.TopicAlreadyExists))
        {
            // Another process of ours was faster.
        }
    }

    private IAdminClient Build()
    {
        var config = new AdminClientConfig { BootstrapServers = options.BootstrapServers, ClientId = "pipeline-topics" };
        foreach ((string name, string value) in options.ClientSettings) config.Set(name, value);
        return new AdminClientBuilder(config)
            .SetErrorHandler((_, error) => _errors.Report(error))
            .SetLogHandler((_, line) => Log.ClientSays(logger, line.Facility, line.Message))
            .Build();
    }
}
