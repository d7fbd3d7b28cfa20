using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;

namespace DevBroker.Tests;

/// <summary>A server in this process over a directory that goes away with it.</summary>
internal sealed class RunningBroker : IAsyncDisposable
{
    /// <summary>How long a client call may take; only a broken server makes a test wait that long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory;
    private readonly Func<BrokerOptions, BrokerOptions> _options;
    private Broker? _broker;

    private RunningBroker(TemporaryDirectory directory, Func<BrokerOptions, BrokerOptions> options)
    {
        _directory = directory;
        _options = options;
        _broker = Open();
    }

    public Broker Broker => _broker!;

    public string DataDirectory => _directory.Path;

    public string Bootstrap => $"127.0.0.1:{Broker.Port}";

    public static RunningBroker Start(Func<BrokerOptions, BrokerOptions>? options = null) => new(new TemporaryDirectory(), options ?? (same => same));

    /// <summary>Stops and starts it over the same data; it may come back on another port.</summary>
    public async Task RestartAsync()
    {
        await Broker.DisposeAsync();
        _broker = Open();
    }

    public IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Bootstrap }).Build();

    public async Task CreateTopicAsync(string name, int partitions = 1, Dictionary<string, string>? config = null)
    {
        using IAdminClient admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1, Configs = config }]);
    }

    public IProducer<string, string> Producer(Action<ProducerConfig>? change = null)
    {
        var config = new ProducerConfig { BootstrapServers = Bootstrap, LingerMs = 5, EnableIdempotence = true };
        change?.Invoke(config);
        return new ProducerBuilder<string, string>(config).Build();
    }

    public IConsumer<string, string> Consumer(string group, Action<ConsumerConfig>? change = null)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = Bootstrap,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            SessionTimeoutMs = 6000,
            HeartbeatIntervalMs = 200,
            EnablePartitionEof = true,
        };
        change?.Invoke(config);
        return new ConsumerBuilder<string, string>(config).Build();
    }

    /// <summary>Everything in a topic, partition by partition.</summary>
    public List<ConsumeResult<string, string>> ReadAll(string topic, int partitions = 1)
    {
        using IConsumer<string, string> consumer = Consumer("reader-" + topic);
        consumer.Assign(Enumerable.Range(0, partitions).Select(i => new TopicPartitionOffset(topic, i, Offset.Beginning)));
        var read = new List<ConsumeResult<string, string>>();
        for (int ends = 0; ends < partitions;)
        {
            ConsumeResult<string, string>? next = consumer.Consume(Patience);
            next.ShouldNotBeNull("The topic could not be read to its end in time.");
            if (next.IsPartitionEOF) ends++;
            else read.Add(next);
        }

        return read;
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _directory.Dispose();
    }

    private Broker Open() =>
        Broker.Start(_options(new BrokerOptions { DataDirectory = _directory.Path }), TimeProvider.System, NullLogger.Instance);
}
