using Testing;

namespace EndToEnd;

/// <summary>The real processes on this machine, for one test: broker, pipeline, agent, over a database of its own. Ends what it started.</summary>
internal sealed class LocalSystem : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pipeline-e2e-").FullName;
    private readonly string _postgres;
    private readonly LogServer _log;
    private readonly int _apiPort = FreePort.Next();
    private OwnProcess? _pipeline;

    private LocalSystem(string postgres, LogServer log)
    {
        _postgres = postgres;
        _log = log;
        Log = new EventLog(log.BootstrapServers);
    }

    /// <summary>The topics of this system; another one on the same log has others.</summary>
    public EventLog Log { get; }

    /// <summary>Where alarms are stored.</summary>
    public string Postgres => _postgres;

    public string BootstrapServers => _log.BootstrapServers;

    public Uri Api => new($"http://127.0.0.1:{_apiPort}");

    public OwnProcess Pipeline => _pipeline ?? throw new InvalidOperationException("the pipeline has not been started");

    /// <summary>Skips the test where there is no log of that kind.</summary>
    public static async Task<LocalSystem> StartAsync(PostgresFixture postgres, LogKind kind = LogKind.Here) =>
        await StartAsync(await postgres.CreateDatabaseAsync(), kind);

    /// <summary>Over a database of the test's own.</summary>
    public static async Task<LocalSystem> StartAsync(string postgres, LogKind kind = LogKind.Here)
    {
        var system = new LocalSystem(postgres, await LogServer.StartAsync(kind));
        await system.StartPipelineAsync();
        return system;
    }

    /// <summary>Whether the broker is this system's own.</summary>
    public bool CanStopBroker => _log.Unstoppable is null;

    /// <summary>Takes the broker away without warning. Skips the test when it is somebody else's.</summary>
    public Task StopBrokerAsync()
    {
        if (_log.Unstoppable is { } reason) Assert.Skip(reason);
        return _log.StopAsync();
    }

    public Task StartBrokerAsync() => _log.StartAsync();

    public async Task StartPipelineAsync()
    {
        LaunchPipeline();
        await Pipeline.ReadyAsync(new Uri(Api, "/readyz").ToString());
    }

    /// <summary>Starts the pipeline without waiting until it is ready.</summary>
    public void LaunchPipeline() =>
        _pipeline = OwnProcess.StartOurs(
            "pipeline/Host", "alarmctl",
            [
                "serve", "--listen", Api.ToString(), "--create-topics",
                "--topic", Log.Events, "--dead-letter-topic", Log.DeadLetterTopic, "--alarms-topic", Log.Alarms,
                "--alarm-state-topic", Log.AlarmStates, "--policies-topic", Log.Policies, "--group", Log.Events,
            ],
            new Dictionary<string, string> { ["KAFKA_BOOTSTRAP_SERVERS"] = _log.BootstrapServers, ["PIPELINE_POSTGRES"] = _postgres });

    /// <summary>Starts a node agent of its own state. The caller ends it.</summary>
    public OwnProcess LaunchAgent(string node, params string[] arguments) =>
        OwnProcess.StartOurs(
            "agents/NodeAgent", "node-agent",
            ["run", "--node", node, "--topic", Log.Events, "--state", Path.Combine(_directory, "agent-" + node), .. arguments],
            new Dictionary<string, string> { ["KAFKA_BOOTSTRAP_SERVERS"] = _log.BootstrapServers });

    public async ValueTask DisposeAsync()
    {
        Log.Dispose();
        if (_pipeline is not null) await _pipeline.DisposeAsync();
        await _log.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
