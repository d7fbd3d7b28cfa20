namespace Agents.NodeAgent.Shipping;

/// <summary>
/// The messages that are on their way, and what to do about those that failed. The log must get the messages of a node in order, so a
/// failed message is sent again only
/// while nothing behind it was stored; otherwise it is lost, since readers take an older number behind a newer one for a duplicate. Not
/// thread-safe.
/// </summary>
internal sealed class InFlightWindow
{
    private readonly SortedDictionary<(long Era, long First), OutgoingBatch> _outstanding = [];
    private readonly SortedDictionary<(long Era, long First), OutgoingBatch> _failed = [];
    private readonly List<OutgoingBatch> _lost = [];
    private (long Era, long First) _newestStored = (-1, -1);

    public int Count => _outstanding.Count + _failed.Count;

    public bool HasOutstanding => _outstanding.Count > 0;

    /// <summary>True when messages wait to be sent again. Nothing newer may be sent before them.</summary>
    public bool HasFailed => _failed.Count > 0;

    public int Events => _outstanding.Values.Sum(batch => batch.Count) + _failed.Values.Sum(batch => batch.Count);

    /// <summary>All that are in flight or wait to be sent again, in order.</summary>
    public IEnumerable<OutgoingBatch> Batches => _outstanding.Concat(_failed).OrderBy(entry => entry.Key).Select(entry => entry.Value);

    public void Sent(OutgoingBatch batch) => _outstanding.Add(PlaceOf(batch), batch);

    public void Report(OutgoingBatch batch, DeliveryOutcome outcome)
    {
        if (!_outstanding.Remove(PlaceOf(batch))) return;
        if (outcome == DeliveryOutcome.Stored)
        {
            if (IsBehind(PlaceOf(batch), _newestStored)) _newestStored = PlaceOf(batch);
            while (_failed.Count > 0 && _failed.First() is { } oldest && IsBehind(_newestStored, oldest.Key)) Lose(oldest.Value);
        }
        else if (outcome == DeliveryOutcome.Refused || IsBehind(_newestStored, PlaceOf(batch)))
        {
            Lose(batch);
        }
        else
        {
            _failed.Add(PlaceOf(batch), batch);
        }
    }

    /// <summary>The failed messages, oldest first; they count as sent from now on.</summary>
    public IReadOnlyList<OutgoingBatch> TakeFailed()
    {
        OutgoingBatch[] again = [.. _failed.Values];
        _failed.Clear();
        foreach (OutgoingBatch batch in again) Sent(batch);
        return again;
    }

    /// <summary>The messages given up since the last call.</summary>
    public IReadOnlyList<OutgoingBatch> TakeLost()
    {
        OutgoingBatch[] lost = [.. _lost];
        _lost.Clear();
        return lost;
    }

    /// <summary>
    /// The lowest number of this boot here whose fate, or whose loss's report, is open; null when nothing of it is in flight.
    /// </summary>
    public long? OldestUnsettled()
    {
        long? oldest = null;
        foreach (OutgoingBatch batch in _outstanding.Values.Concat(_failed.Values).Where(batch => batch.Era == OutgoingBatch.ThisBoot))
        {
            if (oldest is null || batch.Lowest < oldest) oldest = batch.Lowest;
        }

        return oldest;
    }

    private static (long Era, long First) PlaceOf(OutgoingBatch batch) => (batch.Era, batch.First);

    private static bool IsBehind((long Era, long First) place, (long Era, long First) other) => place.CompareTo(other) > 0;

    private void Lose(OutgoingBatch batch)
    {
        _failed.Remove(PlaceOf(batch));
        _lost.Add(batch);
    }
}
