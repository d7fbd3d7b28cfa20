using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Testing;

/// <summary>
/// The log that the tests of an assembly share; each test makes topics and groups of its own. PIPELINE_TEST_LOG chooses: <c>here</c> is the Kafka at
/// KAFKA_BOOTSTRAP_SERVERS or else a DevBroker, <c>container</c> Apache Kafka in a container, <c>mock</c> the client library's mock broker. When nothing is said
/// it is <c>here</c>, and the mock broker where DevBroker has not been built.
/// </summary>
public sealed class LogFixture : IAsyncLifetime
{
    private LogServer? _server;
    private IAdminClient? _admin;

    public string BootstrapServers { get; private set; } = "";

    /// <summary>Why there is no log of the kind that was asked for, and tests skip; null when there is one.</summary>
    public string? Absent { get; private set; }

    /// <summary>Null when the log is not the mock broker.</summary>
    public MockBroker? Mock { get; private set; }

    public async ValueTask InitializeAsync()
    {
        bool given = Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") is { Length: > 0 };
        switch (Environment.GetEnvironmentVariable("PIPELINE_TEST_LOG") ?? (given || DevBrokerProcess.Exists ? "here" : "mock"))
        {
            case "here": _server = await LogServer.StartAsync(LogKind.Here); break;
            case "container" when await ContainerKafka.WhyNotAsync() is { } reason: Absent = reason; return;
            case "container": _server = await LogServer.StartAsync(LogKind.Container); break;
            case "mock": Mock = new MockBroker(); break;
            case string other: throw new InvalidOperationException($"PIPELINE_TEST_LOG is here, container or mock, not '{other}'");
        }

        BootstrapServers = _server?.BootstrapServers ?? Mock!.BootstrapServers;
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
    }

    /// <summary>A topic of its own name, or of the name given.</summary>
    public async Task<string> CreateTopicAsync(int partitions, string? name = null)
    {
        string topic = name ?? UniqueName("topic");
        if (Mock is not null) Mock.CreateTopic(topic, partitions);
        else await _admin!.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
        return topic;
    }

    /// <summary>Deletes the records of a partition before an offset, as retention does.</summary>
    public async Task DeleteRecordsAsync(string topic, int partition, long offset)
    {
        if (Mock is not null) Mock.DeleteRecords(topic, partition, offset);
        else await _admin!.DeleteRecordsAsync([new TopicPartitionOffset(topic, partition, offset)]);
    }

    public static string UniqueName(string prefix) => $"{prefix}-{Guid.NewGuid():N}";

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        Mock?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }
}
