using Agents.Descriptions;
using Agents.NodeAgent.Docker;
using Agents.NodeAgent.Engines;
using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests.Docker;

/// <summary>A scripted engine with the agent's Docker source on it.</summary>
internal sealed class WatchedEngine : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    public WatchedEngine(TimeProvider? time = null, Func<DockerOptions, DockerOptions>? change = null)
    {
        string socket = _directory["docker.sock"];
        Engine = new FakeEngine(socket);
        var options = new DockerOptions { Socket = socket, FirstPause = TimeSpan.FromMilliseconds(5), LongestPause = TimeSpan.FromMilliseconds(20) };
        options = change?.Invoke(options) ?? options;
        Source = new EngineSource(options, new DockerConnection(options, json => DockerInspect.Parse(json)), time ?? TimeProvider.System, Logger);
    }

    public FakeEngine Engine { get; }

    public EngineSource Source { get; }

    public RecordingSink Sink { get; } = new();

    public ListLogger Logger { get; } = new();

    public static async Task<WatchedEngine> StartAsync(Func<DockerOptions, DockerOptions>? change = null, Action<FakeEngine>? before = null, TimeProvider? time = null)
    {
        var watched = new WatchedEngine(time, change);
        before?.Invoke(watched.Engine);
        await watched.Engine.StartAsync();
        watched.Watch();
        await watched.ConnectedAsync();
        return watched;
    }

    public void Watch() => _watching = Source.RunAsync(Sink, _stop.Token);

    /// <summary>Waits until the source listens and knows what was there: what begins from now on is told as an event and not announced.</summary>
    public Task ConnectedAsync() =>
        Eventually.TrueAsync(() => Engine.Listeners == 1 && Engine.Listed > 0 && Source.State.State == "connected", "the source to listen");

    /// <summary>Waits until the container has come this far.</summary>
    public Task<ContainerAction[]> ActionsAsync(string id, ContainerAction last, int times = 1) => Eventually.GetAsync(
        () => Task.FromResult(Sink.ActionsOf(id).ToArray()), actions => actions.Count(action => action == last) >= times, $"{last} of {id}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Engine.DisposeAsync();
        _stop.Dispose();
        _directory.Dispose();
    }
}
