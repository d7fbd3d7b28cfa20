using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Kernel;
using Pipeline.Runtime.Policies;
using Pipeline.Runtime.Ports;

namespace Pipeline.Runtime.Processing;

/// <summary>Opens lanes. Thread-safe.</summary>
/// <param name="scheduler">Runs the committers; the thread pool's where none is given.</param>
internal sealed class PartitionRuntime(
    ActorSystem system,
    PolicyShelf shelf,
    IAlarmStore store,
    IPoisonEvents poison,
    RuntimeOptions options,
    TimeProvider time,
    Telemetry telemetry,
    ILoggerFactory loggers,
    TaskScheduler? scheduler = null) : IPartitionRuntime
{
    private readonly ILogger _logger = loggers.CreateLogger("Pipeline.Runtime");
    private readonly FailureLedger _ledger = new(options.FailuresRemembered);
    private int _opened;

    public Task<IPartitionLane> OpenAsync(PartitionCheckpoint checkpoint, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        cancellation.ThrowIfCancellationRequested();
        if (!PartitionState.TryRead(checkpoint.State, out ImmutableDictionary<string, StateSection> state))
        {
            telemetry.Discarded("partition");
            Log.StateDiscarded(_logger, checkpoint.Partition, "the whole partition", "it is not a partition's state");
        }

        if (checkpoint.Newest is { } newest) shelf.Offer(newest);
        var policy = LanePolicy.From(shelf, checkpoint);
        var seat = new PartitionSeat(
            checkpoint.Partition, policy.Current.Roster.Posts, state, _ledger.PassedOver(checkpoint.Partition), telemetry, _logger);
        string name = $"{checkpoint.Partition.Topic}-{checkpoint.Partition.Partition}-{Interlocked.Increment(ref _opened)}";
        IActorRef actor = system.ActorOf(Props.Create<PartitionActor>(seat), name);
        var committer = new Committer(checkpoint, store, options, time, telemetry, _logger, scheduler);
        var faults = new LaneFaults(checkpoint.Partition, _ledger, poison, telemetry, _logger);
        Log.LaneOpened(_logger, checkpoint.Partition, checkpoint.NextOffset?.ToString(CultureInfo.InvariantCulture) ?? "the earliest");
        return Task.FromResult<IPartitionLane>(
            new PartitionLane(checkpoint, actor, committer, faults, policy, shelf, options, time, telemetry, _logger));
    }
}
