using Agents.NodeAgent.Redaction;
using Agents.NodeAgent.Sequencing;
using Agents.NodeAgent.Sources;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Shipping;

/// <summary>
/// Numbers events and holds them, in order and within bounds, until the shipper takes them. Every number that is given out leaves here in
/// the queue or is in the ledger
/// of losses, whose entries become events themselves as soon as there is room. Safe from any thread; one reader.
/// </summary>
internal sealed class EventQueue(
    SequenceKeeper sequence, INodeClock clock, QueueLimits limits, ArgumentRedactor? redactor = null) : IEventSink
{
    private const int LossWeight = 64;

    private readonly Lock _gate = new();
    private readonly Queue<TakenEvent> _events = new();
    private readonly LossLedger _losses = new();

    /// <summary>The reports of losses that are among the events, in their order.</summary>
    private readonly Queue<LostRange> _reports = new();
    private readonly Pulse _arrived = new();
    private readonly Pulse _room = new();
    private long _weight;
    private long _lost;
    private long _taken;

    /// <summary>Set whenever events were added; awaited by the one reader.</summary>
    public Pulse Arrived => _arrived;

    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Events taken by this run of the agent.</summary>
    public long Taken => Volatile.Read(ref _taken);

    public int Count
    {
        get
        {
            lock (_gate) return _events.Count;
        }
    }

    public bool IsEmpty
    {
        get
        {
            lock (_gate) return _events.Count == 0 && _losses.IsEmpty;
        }
    }

    public void Take(ContainerRecord record, int weight) => Take(Safe(record), weight);

    public void Take(IComposedEvent composed) => Take(new EventContent.Composed(composed), composed.Weight);

    public Task TakeWhenRoomAsync(ContainerRecord record, int weight, CancellationToken cancellation) =>
        TakeWhenRoomAsync(Safe(record), weight, cancellation);

    public Task TakeWhenRoomAsync(IComposedEvent composed, CancellationToken cancellation) =>
        TakeWhenRoomAsync(new EventContent.Composed(composed), composed.Weight, cancellation);

    private EventContent.Container Safe(ContainerRecord record) => new(redactor?.Redact(record) ?? record);

    private void Take(EventContent content, int weight)
    {
        lock (_gate)
        {
            if (TryAdd(content, weight)) return;
            long number = Number();
            Lose(new LostRange(LossCause.Spool, 1, number, number));
        }
    }

    public void Take(ReadOnlySpan<PackedEvent> events)
    {
        lock (_gate)
        {
            foreach (ref readonly PackedEvent taken in events)
            {
                if (TryAdd(taken.Pack, taken.Weight, taken.BootNs, taken.Position)) continue;
                long number = Number();
                Lose(new LostRange(LossCause.Spool, 1, number, number));
            }
        }
    }

    private async Task TakeWhenRoomAsync(EventContent content, int weight, CancellationToken cancellation)
    {
        while (true)
        {
            bool added;
            lock (_gate) added = TryAdd(content, weight);
            if (added)
            {
                // There may be room for another waiter, and a pulse wakes only one.
                _room.Set();
                return;
            }

            await _room.WaitAsync(cancellation);
        }
    }

    public void ReportLoss(LossCause cause, long count) => Report([new LostRange(cause, count, 0, 0)], []);

    /// <summary>Adds a heartbeat when there is room; a heartbeat that finds none says nothing that the losses do not.</summary>
    public void Beat(HeartbeatRecord heartbeat)
    {
        lock (_gate) TryAdd(new EventContent.Heartbeat(heartbeat), LossWeight);
    }

    /// <summary>Reports what turned out to be lost, and reports again what had been reported in messages that were lost.</summary>
    public void Report(ReadOnlySpan<LostRange> lost, ReadOnlySpan<LostRange> unreported)
    {
        lock (_gate)
        {
            foreach (LostRange range in unreported) _losses.Add(range);
            foreach (LostRange range in lost) Lose(range);
            AddLosses();
        }
    }

    /// <summary>
    /// Takes the oldest events, as long as their numbers follow one another, within the bounds; at least one when there is any.
    /// </summary>
    public void TakeBatch(List<TakenEvent> into, int most, long mostWeight)
    {
        into.Clear();
        long weight = 0;
        lock (_gate)
        {
            AddLosses();
            while (into.Count < most && _events.TryPeek(out TakenEvent next))
            {
                if (into.Count > 0 && (next.Sequence != into[^1].Sequence + 1 || weight + next.Weight > mostWeight)) break;
                into.Add(_events.Dequeue());
                weight += next.Weight;
                if (next.Content is EventContent.Loss) _reports.Dequeue();
            }

            _weight -= weight;
            AddLosses();
        }

        _room.Set();
    }

    /// <summary>The lowest number that waits here, as an event or in the report of a loss; the next number when nothing waits.</summary>
    public long OldestUnsettled()
    {
        lock (_gate)
        {
            long oldest = Math.Min(sequence.Next, _losses.Lowest ?? long.MaxValue);
            // Numbers go up along the queue; only the reports of losses speak of lower ones.
            if (_events.TryPeek(out TakenEvent first)) oldest = Math.Min(oldest, first.Sequence);
            foreach (LostRange report in _reports)
            {
                if (report.IsNumbered) oldest = Math.Min(oldest, report.First);
            }

            return oldest;
        }
    }

    private bool TryAdd(EventContent content, int weight) => TryAdd(content, weight, clock.Now().BootNs, 0);

    private bool TryAdd(EventContent content, int weight, long bootNs, int position)
    {
        AddLosses();
        if (!_losses.IsEmpty || !HasRoom(weight)) return false;
        Add(content, weight, bootNs, position);
        return true;
    }

    private void AddLosses()
    {
        while (!_losses.IsEmpty && HasRoom(LossWeight))
        {
            LostRange lost = _losses.TakeFirst();
            _reports.Enqueue(lost);
            Add(new EventContent.Loss(lost), LossWeight, clock.Now().BootNs, 0);
        }
    }

    private bool HasRoom(int weight) => _events.Count < limits.Events && (_events.Count == 0 || _weight + weight <= limits.Bytes);

    private void Add(EventContent content, int weight, long bootNs, int position)
    {
        _events.Enqueue(new TakenEvent(Number(), bootNs, weight, content, position));
        _weight += weight;
        _arrived.Set();
    }

    private long Number()
    {
        _taken++;
        return sequence.Take();
    }

    private void Lose(LostRange lost)
    {
        _losses.Add(lost);
        _lost += lost.Count;
    }
}
