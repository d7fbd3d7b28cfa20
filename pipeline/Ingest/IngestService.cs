using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Ingest.Lanes;
using Pipeline.Runtime.Ports;

namespace Pipeline.Ingest;

/// <summary>What others may know of the ingest. Thread-safe.</summary>
public interface IIngestStatus
{
    /// <summary>True while this process is a member of the group, a broker answers, and every partition it was given is being processed.</summary>
    bool IsConsuming { get; }

    /// <summary>Why it is not consuming, or what it consumes; for people.</summary>
    string Detail { get; }

    ImmutableArray<PartitionId> Assignment { get; }
}

/// <summary>
/// Runs the ingest for the life of the host. Stopping drains: nothing more is taken, every lane stores what it has in hand. The actor system must outlive it.
/// </summary>
public sealed class IngestService(
    IngestOptions options, IngestGraph graph, ActorSystem system, TimeProvider time, Telemetry telemetry, ILogger<IngestService> logger)
    : BackgroundService, IIngestStatus
{
    private volatile IngestRun? _run;

    public bool IsConsuming => _run is { IsConsuming: true };

    public string Detail => _run switch
    {
        null => $"waiting for the topics {options.Topic} and {options.DeadLetterTopic} at {options.BootstrapServers}",
        { IsConsuming: false } => $"not all assigned partitions of {options.Topic} are being processed yet",
        { Assignment.Length: var partitions } => $"consuming {partitions} partitions of {options.Topic}",
    };

    public ImmutableArray<PartitionId> Assignment => _run?.Assignment ?? [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await new Topics(options, time, telemetry, logger).EnsureAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }

        IngestRun run = graph.Start(system);
        _run = run;
        await Task.WhenAny(run.Completion, Task.Delay(Timeout.InfiniteTimeSpan, time, stoppingToken));
        await run.DrainAsync();
    }
}
