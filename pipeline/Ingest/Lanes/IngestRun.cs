using System.Collections.Immutable;
using Akka;
using Akka.Streams;
using Pipeline.Ingest.Consuming;
using Pipeline.Runtime.Ports;

namespace Pipeline.Ingest.Lanes;

/// <summary>A running ingest. Thread-safe.</summary>
public sealed class IngestRun
{
    private volatile IPartitionSourceControl? _consumer;
    private volatile bool _stopping;
    private IKillSwitch? _stop;

    /// <summary>Completes when every lane has stopped after <see cref="DrainAsync"/>; fails when the graph itself broke.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public bool IsConsuming => _consumer is { IsConsuming: true };

    public ImmutableArray<PartitionId> Assignment => _consumer?.Assignment ?? [];

    internal bool IsStopping => _stopping;

    internal bool HasConsumed => _consumer is not null;

    internal IPartitionSourceControl Consumer
    {
        set => _consumer = value;
    }

    /// <summary>Takes nothing more, lets every lane store what it has in hand, and leaves the group.</summary>
    public async Task DrainAsync()
    {
        _stopping = true;
        if (_consumer is { } consumer) await consumer.DrainAndShutdownAsync();
        // For when the consumer was just resting between two failures.
        _stop?.Shutdown();
        await Completion;
    }

    internal void Begin(IKillSwitch stop, Task<Done> completion)
    {
        _stop = stop;
        Completion = completion;
    }
}
