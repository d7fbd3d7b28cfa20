namespace Agents.NodeAgent.Shipping.Spool;

/// <summary>A set of sequence numbers as ranges. Not thread-safe.</summary>
internal sealed class NumberSet
{
    private readonly List<(long First, long Last)> _ranges = [];

    public void Add(long first, long last)
    {
        if (last < first) return;
        // Numbers come in order, nearly always.
        if (_ranges.Count > 0 && first == _ranges[^1].Last + 1) _ranges[^1] = (_ranges[^1].First, last);
        else _ranges.Add((first, last));
    }

    /// <summary>The numbers from <paramref name="first"/> to <paramref name="last"/> that are not in the set, as ranges in order.</summary>
    public IEnumerable<(long First, long Last)> Without(long first, long last)
    {
        foreach ((long from, long to) in _ranges.OrderBy(range => range.First))
        {
            if (to < first) continue;
            if (from > last) break;
            if (from > first) yield return (first, from - 1);
            first = to + 1;
        }

        if (first <= last) yield return (first, last);
    }
}
