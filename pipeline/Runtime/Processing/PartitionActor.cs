using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Kernel;
using Pipeline.Runtime.Ports;

namespace Pipeline.Runtime.Processing;

/// <summary>What a partition's actor starts with.</summary>
/// <param name="State">Saved sections by their owner's name.</param>
internal sealed record PartitionSeat(
    PartitionId Partition,
    ImmutableArray<DetectorPost> Detectors,
    ImmutableDictionary<string, StateSection> State,
    ImmutableArray<SkippedEvent> Skipped,
    Telemetry Telemetry,
    ILogger Logger);

/// <summary>
/// One partition: enriches each batch and shows it to the detectors that it concerns, all at once. The next request is taken only when
/// every answer is in, so that state taken between two requests is a clean cut. Any failure ends it; who opened it begins again from the
/// checkpoint.
/// </summary>
internal sealed class PartitionActor : UntypedActor
{
    private readonly PartitionSeat _seat;
    private readonly Enrichment _enrichment = new();
    private readonly Inventory _inventory = new();
    private readonly ImmutableArray<IActorRef> _detectors;
    private readonly ImmutableArray<PlacedAlarm>[] _found;
    private readonly StateSection?[] _saved;
    private readonly List<DetectorFault> _faults = [];
    private Func<PartitionAnswer> _answer = () => new PartitionAnswer.Ran([]);
    private IActorRef? _asker;
    private int _awaited;

    public PartitionActor(PartitionSeat seat)
    {
        _seat = seat;
        if (seat.State.TryGetValue(Enrichment.StateName, out StateSection? saved))
        {
            (_enrichment, DiscardedState? discarded) = Enrichment.From(saved);
            if (discarded is not null)
            {
                seat.Telemetry.Discarded(discarded.Name);
                Log.StateDiscarded(seat.Logger, seat.Partition, discarded.Name, discarded.Reason);
            }
        }

        _detectors = [.. seat.Detectors.Select(Seat)];
        _found = new ImmutableArray<PlacedAlarm>[_detectors.Length];
        _saved = new StateSection?[_detectors.Length];
    }

    /// <summary>
    /// An exception has left a detector's state unknown, so its actor ends; the partition learns it by watching and ends as well.
    /// </summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <summary>Never go on with fresh state.</summary>
    protected override void PostRestart(Exception reason) => Context.Stop(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RunBatch run:
                Begin(run);
                break;
            case TakeState:
                Take();
                break;
            case ChangeDetectors change:
                Change(change);
                break;
            case DetectorChanged:
                Answered();
                break;
            case DetectorFed fed:
                _found[fed.Seat] = fed.Alarms;
                Answered();
                break;
            case DetectorFailed failed:
                _faults.Add(failed.Fault);
                Answered();
                break;
            case DetectorSaved saved:
                _saved[saved.Seat] = saved.State;
                Answered();
                break;
            case Terminated gone when _faults.Count == 0:
                End(new PartitionAnswer.Broken($"{gone.ActorRef.Path.Name} ended unexpectedly", []));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private IActorRef Seat(DetectorPost post, int number)
    {
        string name = post.Detector.Spec.Name;
        var seat = new DetectorSeat(
            number,
            post.Detector,
            _seat.State.GetValueOrDefault(name),
            [.. _seat.Skipped.Where(s => s.Detector == name).Select(s => s.EventId)],
            _seat.Partition,
            _seat.Telemetry,
            _seat.Logger);
        return Context.Watch(Context.ActorOf(Props.Create(post.Actor, seat), name));
    }

    private void Begin(RunBatch run)
    {
        _asker = Sender;
        EnrichedBatch enriched;
        try
        {
            EnrichmentCounts before = _enrichment.Counts;
            enriched = _enrichment.Enrich(run.Batch);
            _inventory.Note(enriched);
            _seat.Telemetry.Ran(before, _enrichment.Counts);
            _seat.Telemetry.Met(_enrichment.TakeAnomalies());
        }
        catch (Exception e)
        {
            var fault = new DetectorFault(Enrichment.StateName, run.Batch.IdOf(0), e);
            End(new PartitionAnswer.Broken($"Enrichment failed: {e.Message}", [fault]));
            return;
        }

        Array.Fill(_found, []);
        _answer = () => new PartitionAnswer.Ran(PlacedAlarm.Merge(_found));
        var feed = new FeedDetector(enriched);
        for (int i = 0; i < _detectors.Length; i++)
        {
            if (!DetectorRun.Wants(_seat.Detectors[i].Detector.Spec, enriched)) continue;
            _awaited++;
            _detectors[i].Tell(feed);
        }

        if (_awaited == 0) Reply(new PartitionAnswer.Ran([]));
    }

    private void Take()
    {
        _asker = Sender;
        _awaited = _detectors.Length;
        _answer = State;
        foreach (IActorRef detector in _detectors) detector.Tell(SaveDetector.Instance);
        if (_awaited == 0) Reply(State());
    }

    private void Change(ChangeDetectors change)
    {
        _asker = Sender;
        _awaited = _detectors.Length;
        _answer = () => new PartitionAnswer.Changed();
        foreach ((IActorRef detector, DetectorPost post) in _detectors.Zip(change.Detectors)) detector.Tell(new ChangeDetector(post.Detector));
        if (_awaited == 0) Reply(new PartitionAnswer.Changed());
    }

    private void Answered()
    {
        if (--_awaited > 0) return;
        if (_faults.Count > 0)
        {
            DetectorFault first = _faults[0];
            End(new PartitionAnswer.Broken($"Detector {first.Detector} failed on {first.EventId}: {first.Cause.Message}", [.. _faults]));
        }
        else
        {
            Reply(_answer());
        }
    }

    private PartitionAnswer.State State()
    {
        byte[] bytes = PartitionState.Write([_enrichment.Save(), .. _saved.OfType<StateSection>()]);
        Array.Clear(_saved);
        return new PartitionAnswer.State(bytes, _inventory.Take());
    }

    private void Reply(PartitionAnswer answer)
    {
        _asker?.Tell(answer);
        _asker = null;
    }

    private void End(PartitionAnswer.Broken answer)
    {
        Reply(answer);
        Context.Stop(Self);
    }
}
