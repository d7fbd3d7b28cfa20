namespace Agents.NodeAgent.Shipping;

/// <summary>
/// The messages that are on their way, and what to do about those that failed. The log must get the messages of a node in order, so a failed message is sent again only
/// while nothing behind it was stored; otherwise it is lost, since readers take an older number behind a newer one for a duplicate. Not thread-safe.
/// </summary>
internal sealed class InFlightWindow
{
    private readonly SortedDictionary<long, OutgoingBatch> _outstanding = [];
    private readonly SortedDictionary<long, OutgoingBatch> _failed = [];
    private readonly List<OutgoingBatch> _lost = [];
    private long _newestStored = -1;

    public int Count => _outstanding.Count + _failed.Count;

    public bool HasOutstanding => _outstanding.Count > 0;

    /// <summary>True when messages wait to be sent again. Nothing newer may be sent before them.</summary>
    public bool HasFailed => _failed.Count > 0;

    public int Events => _outstanding.Values.Sum(batch => batch.Count) + _failed.Values.Sum(batch => batch.Count);

    public void Sent(OutgoingBatch batch) => _outstanding.Add(batch.First, batch);

    public void Report(OutgoingBatch batch, DeliveryOutcome outcome)
    {
        if (!_outstanding.Remove(batch.First)) return;
        if (outcome == DeliveryOutcome.Stored)
        {
            _newestStored = Math.Max(_newestStored, batch.First);
            while (_failed.Count > 0 && _failed.First() is { } oldest && oldest.Key < _newestStored) Lose(oldest.Value);
        }
        else if (outcome == DeliveryOutcome.Refused || batch.First < _newestStored)
        {
            Lose(batch);
        }
        else
        {
            _failed.Add(batch.First, batch);
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

    /// <summary>The lowest number here whose fate, or whose loss's report, is open; null when nothing is in flight.</summary>
    public long? OldestUnsettled()
    {
        long? oldest = null;
        foreach (OutgoingBatch batch in _outstanding.Values.Concat(_failed.Values))
        {
            long first = batch.Reports.Where(report => report.IsNumbered).Select(report => report.First).Append(batch.First).Min();
            if (oldest is null || first < oldest) oldest = first;
        }

        return oldest;
    }

    private void Lose(OutgoingBatch batch)
    {
        _failed.Remove(batch.First);
        _lost.Add(batch);
    }
}
