using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Testing;

/// <summary>
/// A log for tests: the Kafka at KAFKA_BOOTSTRAP_SERVERS, else our DevBroker when it is built, else the client library's mock broker (PIPELINE_TEST_LOG=mock
/// chooses that one). Shared by the tests of an assembly; each test makes topics and groups of its own.
/// </summary>
public sealed class LogFixture : IAsyncLifetime
{
    private OwnProcess? _devBroker;
    private string? _data;
    private IAdminClient? _admin;

    public string BootstrapServers { get; private set; } = "";

    /// <summary>Null when the log is not the mock broker.</summary>
    public MockBroker? Mock { get; private set; }

    public async ValueTask InitializeAsync()
    {
        string built = OwnProcess.PathOf("infra/DevBroker", "devbroker");
        if (Environment.GetEnvironmentVariable("PIPELINE_TEST_LOG") == "mock") StartMock();
        else if (Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") is { Length: > 0 } given) BootstrapServers = given;
        else if (File.Exists(built)) await StartDevBrokerAsync();
        else StartMock();
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
        if (_devBroker is not null) await _devBroker.DisposeAsync();
        if (_data is not null) Directory.Delete(_data, recursive: true);
    }

    private void StartMock()
    {
        Mock = new MockBroker();
        BootstrapServers = Mock.BootstrapServers;
    }

    private async Task StartDevBrokerAsync()
    {
        int port = FreePort.Next();
        int health = FreePort.Next();
        _data = Directory.CreateTempSubdirectory("log-").FullName;
        _devBroker = OwnProcess.StartOurs("infra/DevBroker", "devbroker", ["--data", _data, "--port", $"{port}", "--health-port", $"{health}"]);
        await _devBroker.ReadyAsync($"http://127.0.0.1:{health}/health");
        BootstrapServers = $"127.0.0.1:{port}";
    }
}
