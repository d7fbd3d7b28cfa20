namespace Agents.NodeAgent.Shipping;

/// <summary>
/// Losses that are still to be reported, oldest first. Neighbours of one cause are kept as one range; when there are too many ranges the
/// newest are widened, which keeps
/// counts exact and lets a range cover numbers that were delivered. Not thread-safe.
/// </summary>
internal sealed class LossLedger
{
    internal const int MostRanges = 1024;

    private readonly LinkedList<LostRange> _ranges = new();

    public bool IsEmpty => _ranges.Count == 0;

    /// <summary>Lowest number that a pending report is about; null when there is none.</summary>
    public long? Lowest
    {
        get
        {
            long? lowest = null;
            foreach (LostRange range in _ranges)
            {
                if (range.IsNumbered && (lowest is null || range.First < lowest)) lowest = range.First;
            }

            return lowest;
        }
    }

    public void Add(LostRange lost)
    {
        for (LinkedListNode<LostRange>? node = _ranges.Last; node is not null; node = node.Previous)
        {
            LostRange known = node.Value;
            if (known.Cause != lost.Cause || known.IsNumbered != lost.IsNumbered) continue;
            if (lost.IsNumbered && known.Last + 1 != lost.First && _ranges.Count < MostRanges) break;
            long first = lost.IsNumbered ? Math.Min(known.First, lost.First) : 0;
            node.Value = new LostRange(lost.Cause, known.Count + lost.Count, first, Math.Max(known.Last, lost.Last));
            return;
        }

        _ranges.AddLast(lost);
    }

    public LostRange TakeFirst()
    {
        LostRange first = _ranges.First!.Value;
        _ranges.RemoveFirst();
        return first;
    }
}
