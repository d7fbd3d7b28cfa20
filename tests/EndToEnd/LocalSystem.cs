using Testing;

namespace EndToEnd;

/// <summary>The real processes on this machine, for one test: broker, pipeline, agent, over a database of its own. Ends what it started.</summary>
internal sealed class LocalSystem : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pipeline-e2e-").FullName;
    private readonly string _postgres;
    private readonly int _brokerPort = FreePort.Next();
    private readonly int _brokerHealth = FreePort.Next();
    private readonly int _apiPort = FreePort.Next();
    private OwnProcess? _broker;
    private OwnProcess? _pipeline;

    private LocalSystem(string postgres) => _postgres = postgres;

    public string Kafka => $"127.0.0.1:{_brokerPort}";

    public Uri Api => new($"http://127.0.0.1:{_apiPort}");

    public OwnProcess Pipeline => _pipeline ?? throw new InvalidOperationException("the pipeline has not been started");

    public static async Task<LocalSystem> StartAsync(PostgresFixture postgres)
    {
        var system = new LocalSystem(await postgres.CreateDatabaseAsync());
        await system.StartBrokerAsync();
        await system.StartPipelineAsync();
        return system;
    }

    public async Task StartBrokerAsync()
    {
        _broker = OwnProcess.StartOurs(
            "infra/DevBroker", "devbroker", ["--data", Path.Combine(_directory, "broker"), "--port", $"{_brokerPort}", "--health-port", $"{_brokerHealth}"]);
        await _broker.ReadyAsync($"http://127.0.0.1:{_brokerHealth}/health");
    }

    public Task KillBrokerAsync() => _broker?.KillAsync() ?? Task.CompletedTask;

    public async Task StartPipelineAsync()
    {
        LaunchPipeline();
        await Pipeline.ReadyAsync(new Uri(Api, "/readyz").ToString());
    }

    /// <summary>Starts the pipeline without waiting until it is ready.</summary>
    public void LaunchPipeline() =>
        _pipeline = OwnProcess.StartOurs(
            "pipeline/Host", "alarmctl", ["serve", "--listen", Api.ToString(), "--create-topics"],
            new Dictionary<string, string> { ["KAFKA_BOOTSTRAP_SERVERS"] = Kafka, ["PIPELINE_POSTGRES"] = _postgres });

    /// <summary>Starts a node agent of its own state. The caller ends it.</summary>
    public OwnProcess LaunchAgent(string node, params string[] arguments) =>
        OwnProcess.StartOurs(
            "agents/NodeAgent", "node-agent", ["run", "--node", node, "--state", Path.Combine(_directory, "agent-" + node), .. arguments],
            new Dictionary<string, string> { ["KAFKA_BOOTSTRAP_SERVERS"] = Kafka });

    public async ValueTask DisposeAsync()
    {
        if (_pipeline is not null) await _pipeline.DisposeAsync();
        if (_broker is not null) await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
