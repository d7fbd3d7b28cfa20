using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Kernel;
using Pipeline.Runtime.Ports;
using EventId = Pipeline.Domain.Identity.EventId;

namespace Pipeline.Runtime.Processing;

/// <summary>What a detector's actor starts with.</summary>
/// <param name="Number">Its place among the partition's detectors, which orders their alarms.</param>
/// <param name="Skipped">Events that it has failed on and does not see again.</param>
internal sealed record DetectorSeat(
    int Number, DetectorFactory Detector, StateSection? State, ImmutableArray<EventId> Skipped,
    PartitionId Partition, Telemetry Telemetry, ILogger Logger);

/// <summary>
/// A mailbox around one <see cref="DetectorRun"/>: one actor type for each alarm type, one instance for each partition. It adds nothing to
/// what the run does. When the detector throws, its state is unknown: the actor says so and ends; it is never resumed or restarted with
/// other state.
/// </summary>
internal abstract class DetectorActor : UntypedActor
{
    private readonly DetectorSeat _seat;
    private readonly DetectorRun _run;
    private long _evicted;

    protected DetectorActor(DetectorSeat seat)
    {
        _seat = seat;
        _run = new DetectorRun(seat.Detector);
        foreach (EventId id in seat.Skipped) _run.Skip(id);
        if (seat.State is not null) Note(_run.Restore(seat.State));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FeedDetector feed:
                Feed(feed.Batch);
                break;
            case SaveDetector:
                Sender.Tell(new DetectorSaved(_seat.Number, _run.Save()));
                break;
            case ChangeDetector change:
                Note(_run.Change(change.Detector));
                _evicted = _run.EvictedEpisodes;
                Sender.Tell(new DetectorChanged());
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Note(DiscardedState? discarded)
    {
        if (discarded is null) return;
        _seat.Telemetry.Discarded(discarded.Name);
        Log.StateDiscarded(_seat.Logger, _seat.Partition, discarded.Name, discarded.Reason);
    }

    private void Feed(EnrichedBatch batch)
    {
        try
        {
            Sender.Tell(new DetectorFed(_seat.Number, _run.Feed(batch)));
        }
        catch (DetectorFaultException e)
        {
            Sender.Tell(new DetectorFailed(_seat.Number, new DetectorFault(_run.Spec.Name, e.EventId, e.InnerException ?? e)));
            Context.Stop(Self);
        }

        _seat.Telemetry.Evicted(_run.Spec.Name, _run.EvictedEpisodes - _evicted);
        _evicted = _run.EvictedEpisodes;
    }
}
