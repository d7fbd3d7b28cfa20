using Agents.Descriptions;
using Agents.NodeAgent.Sources;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Kubernetes;

/// <summary>
/// Keeps <see cref="Directory"/> up to date: asks at its interval, and soon when a container names a pod that is not known. It brings no
/// events of its own.
/// </summary>
internal sealed class PodSource : IEventSource
{
    private const string Name = "kubernetes";

    private readonly KubernetesOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile SourceState _state = new(Name, SourceStates.Unavailable, "asking");
    private bool _saidAway;

    public PodSource(KubernetesOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        Directory = new PodDirectory(options.Patience, time);
    }

    public PodDirectory Directory { get; }

    public SourceState State => _state;

    public async Task RunAsync(IEventSink sink, CancellationToken cancellation)
    {
        using var connection = new KubernetesConnection(_options);
        while (true)
        {
            Action<IReadOnlyList<PodDescription>?> answered = Directory.Ask();
            PodAnswer answer = await connection.PodsAsync(cancellation);
            answered(answer.Pods);
            Judge(answer);
            // A kubelet that is away is asked no more often than one that answers.
            await Task.Delay(_options.LeastPause, _time, cancellation);
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(Directory.Wanted, Task.Delay(_options.RefreshInterval, _time, waiting.Token));
            await waiting.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private void Judge(PodAnswer answer)
    {
        if (answer.Pods is { } pods)
        {
            if (_state.State != SourceStates.Connected) Log.PodsKnown(_logger, pods.Count, _options.Pods.Authority);
            _saidAway = false;
            _state = new SourceState(Name, SourceStates.Connected, $"{pods.Count} pods from {_options.Pods.Authority}");
        }
        else
        {
            if (!_saidAway) Log.PodsUnknown(_logger, _options.Pods.Authority, answer.Fault);
            _saidAway = true;
            _state = new SourceState(Name, SourceStates.Unavailable, $"{_options.Pods.Authority}: {answer.Fault}");
        }
    }
}
