using Agents.NodeAgent.Kubernetes;
using Agents.NodeAgent.Sources;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Engines;

/// <summary>
/// Watches a container engine through its socket: listens to its events, announces at first and every few minutes all that is there, and
/// after an absence of the engine
/// goes on where it stopped, telling what it cannot have seen. With <paramref name="pods"/>, descriptions get their pods' facts.
/// </summary>
internal sealed class EngineSource(EngineOptions options, IContainerEngine engine, TimeProvider time, ILogger logger,
    PodDirectory? pods = null)
    : IEventSource
{
    private readonly KnownContainers _known = new(options.Containers);
    private volatile SourceState _state = new(options.Name, SourceStates.Unavailable, "connecting");
    private volatile string _runtime = options.Name;
    private bool _wasConnected;
    private bool _saidAway;

    public SourceState State => _state;

    public async Task RunAsync(IEventSink sink, CancellationToken cancellation)
    {
        using IContainerEngine owned = engine;
        var reporter = new ContainerReporter(engine, _known, sink, pods, () => _runtime, logger);
        var lanes = new ContainerLanes(options.Lanes, options.LaneEvents, reporter.HandleAsync);
        Task working = lanes.RunAsync(cancellation);
        TimeSpan pause = options.FirstPause;
        while (!working.IsCompleted)
        {
            try
            {
                await WatchAsync(lanes, sink, cancellation);
            }
            catch (EngineAwayException away)
            {
                if (_state.State == SourceStates.Connected) pause = options.FirstPause;
                Away(away.Message);
            }

            await Task.Delay(pause, time, cancellation);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, options.LongestPause.Ticks));
        }

        await working;
    }

    /// <summary>Watches for as long as the engine is there.</summary>
    /// <exception cref="EngineAwayException">It is not, or not any more.</exception>
    private async Task WatchAsync(ContainerLanes lanes, IEventSink sink, CancellationToken cancellation)
    {
        _runtime = await engine.RuntimeAsync(cancellation);
        using IEngineEvents events = await engine.ListenAsync(cancellation);
        bool seamless = !_wasConnected || events.IsSeamless;
        if (!seamless) sink.ReportLoss(LossCause.SourceAway, 0);
        Connected(seamless);

        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task listening = ListenAsync(events, lanes, sink, session.Token);
        Task announcing = AnnounceAsync(lanes, session.Token);
        Task first = await Task.WhenAny(listening, announcing);
        await session.CancelAsync();
        await Task.WhenAll(listening, announcing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    /// <summary>Reads events and passes them to the lanes; never waits for anything but the engine.</summary>
    private async Task ListenAsync(IEngineEvents events, ContainerLanes lanes, IEventSink sink, CancellationToken cancellation)
    {
        try
        {
            await foreach (EngineEvent? seen in events.ReadAsync(cancellation))
            {
                if (seen is null)
                {
                    Log.EventUnreadable(logger, options.Name);
                    sink.ReportLoss(LossCause.Unknown, 1);
                }
                else if (seen.Action != ContainerAction.Unknown)
                {
                    _known.Touch(seen.ContainerId);
                    if (!lanes.TryPost(new LaneItem.Happened(seen))) sink.ReportLoss(LossCause.Spool, 1);
                }
            }
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            throw new EngineAwayException($"its stream of events broke: {fault.Message}", fault);
        }

        throw new EngineAwayException("it closed its stream of events");
    }

    /// <summary>Announces all that is there, now and at every interval; in between makes sure that the engine still answers.</summary>
    private async Task AnnounceAsync(ContainerLanes lanes, CancellationToken cancellation)
    {
        while (true)
        {
            await AnnounceOnceAsync(lanes, cancellation);
            long announced = time.GetTimestamp();
            while (time.GetElapsedTime(announced) < options.AnnounceInterval)
            {
                TimeSpan left = options.AnnounceInterval - time.GetElapsedTime(announced);
                await Task.Delay(left < options.ProbeInterval ? left : options.ProbeInterval, time, cancellation);
                _runtime = await engine.RuntimeAsync(cancellation);
            }
        }
    }

    private async Task AnnounceOnceAsync(ContainerLanes lanes, CancellationToken cancellation)
    {
        KeyValuePair<string, KnownContainers.Known>[] before = _known.Snapshot();
        var listed = new Dictionary<string, ListedContainer>(StringComparer.Ordinal);
        foreach (ListedContainer row in await engine.ListAsync(cancellation)) listed[row.Id] = row;
        foreach ((string id, KnownContainers.Known known) in before)
        {
            bool removed = !listed.TryGetValue(id, out ListedContainer? row);
            if (removed || (row!.IsEnded && known.Running))
                await lanes.PostAsync(new LaneItem.Missed(id, removed, known.Version), cancellation);
        }

        foreach (ListedContainer row in listed.Values)
        {
            if (!row.IsEnded) await lanes.PostAsync(new LaneItem.Present(row.Id), cancellation);
        }
    }

    private void Connected(bool seamless)
    {
        if (!_wasConnected) Log.EngineConnected(logger, _runtime, options.Socket);
        else if (seamless) Log.EngineBack(logger, _runtime, options.Socket);
        else Log.EngineBackWithGap(logger, _runtime, options.Socket);
        _wasConnected = true;
        _saidAway = false;
        _state = new SourceState(options.Name, SourceStates.Connected, $"{_runtime} at {options.Socket}");
    }

    private void Away(string reason)
    {
        if (!_saidAway) Log.EngineAway(logger, options.Socket, reason);
        _saidAway = true;
        _state = new SourceState(options.Name, SourceStates.Unavailable, $"{options.Socket}: {reason}");
    }
}
