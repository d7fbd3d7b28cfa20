using Agents.Descriptions;
using Agents.NodeAgent.Containerd;
using Agents.NodeAgent.Cri;
using Agents.NodeAgent.Docker;
using Agents.NodeAgent.Engines;
using Agents.NodeAgent.Kubernetes;
using NodeAgent.Tests.Docker;
using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests.Engines;

/// <summary>A source of the agent's that watches an engine.</summary>
internal sealed class WatchedSource : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    private WatchedSource(EngineOptions options, IContainerEngine engine, PodDirectory? pods = null)
    {
        Source = new EngineSource(options, engine, TimeProvider.System, Logger, pods);
        _watching = Source.RunAsync(Sink, _stop.Token);
    }

    public EngineSource Source { get; }

    public RecordingSink Sink { get; } = new();

    public ListLogger Logger { get; } = new();

    public static WatchedSource Containerd(string socket, params string[] skipped)
    {
        var options = new ContainerdOptions
        {
            Socket = socket,
            SkippedNamespaces = skipped.ToHashSet(),
            FirstPause = FirstPause,
            LongestPause = LongestPause,
        };
        return new WatchedSource(options, new ContainerdEngine(options, TimeProvider.System));
    }

    public static WatchedSource Cri(string socket, Func<CriOptions, CriOptions>? change = null, PodDirectory? pods = null)
    {
        var options = new CriOptions
        {
            Socket = socket,
            ListInterval = TimeSpan.FromMilliseconds(50),
            FirstPause = FirstPause,
            LongestPause = LongestPause,
        };
        options = change?.Invoke(options) ?? options;
        return new WatchedSource(options, new CriEngine(options, TimeProvider.System), pods);
    }

    public static WatchedSource Podman(string socket)
    {
        var options = new DockerOptions
        {
            Name = "podman",
            Socket = socket,
            SocketOption = "--podman-socket",
            FirstPause = FirstPause,
            LongestPause = LongestPause,
        };
        return new WatchedSource(options, new DockerConnection(options, json => DockerInspect.Parse(json)));
    }

    public Task ConnectedAsync() => Eventually.TrueAsync(() => Source.State.State == "connected", "the source to connect");

    /// <summary>Waits until the container has come this far.</summary>
    public Task<ContainerAction[]> ActionsAsync(string id, ContainerAction last) => Eventually.GetAsync(
        () => Task.FromResult(Sink.ActionsOf(id).ToArray()), actions => actions.Contains(last), $"{last} of {id}",
        context: () => string.Join('\n', [Source.State.ToString(), .. Logger.Texts]));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
