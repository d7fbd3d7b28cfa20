namespace Testing;

/// <summary>Our own broker as a process of the test, with a directory of its own.</summary>
internal sealed class DevBrokerProcess : LogServer
{
    private readonly string _data = Directory.CreateTempSubdirectory("log-").FullName;
    private readonly int _port = FreePort.Next();
    private readonly int _health = FreePort.Next();
    private OwnProcess? _process;

    /// <summary>Whether it has been built in the test's configuration.</summary>
    public static bool Exists => File.Exists(OwnProcess.PathOf("infra/DevBroker", "devbroker"));

    public override string BootstrapServers => $"127.0.0.1:{_port}";

    public override async Task StartAsync()
    {
        _process = OwnProcess.StartOurs("infra/DevBroker", "devbroker", ["--data", _data, "--port", $"{_port}", "--health-port", $"{_health}"]);
        await _process.ReadyAsync($"http://127.0.0.1:{_health}/health");
    }

    public override Task StopAsync() => _process?.KillAsync() ?? Task.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
