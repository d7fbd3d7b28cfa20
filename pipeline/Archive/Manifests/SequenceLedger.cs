using System.Collections.Immutable;

namespace Pipeline.Archive.Manifests;

/// <summary>Which sequence numbers of one boot were seen, as ranges. Redeliveries change nothing. Not thread-safe.</summary>
public sealed class SequenceLedger
{
    private readonly List<SequenceRange> _ranges = [];

    /// <summary>Ascending, with something missing between any two.</summary>
    public ImmutableArray<SequenceRange> Ranges => [.. _ranges];

    public int Count => _ranges.Count;

    public static SequenceLedger Of(IEnumerable<SequenceRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        var ledger = new SequenceLedger();
        foreach (SequenceRange range in ranges) ledger.Add(range.First, range.Last);
        return ledger;
    }

    /// <summary>Notes numbers, both ends included.</summary>
    public void Add(long first, long last)
    {
        if (last < first) return;
        int at = _ranges.Count;
        while (at > 0 && _ranges[at - 1].Last >= first - 1) at--;
        int end = at;
        while (end < _ranges.Count && _ranges[end].First <= last + 1)
        {
            first = Math.Min(first, _ranges[end].First);
            last = Math.Max(last, _ranges[end].Last);
            end++;
        }

        if (end - at == 1)
        {
            _ranges[at] = new SequenceRange(first, last);
            return;
        }

        _ranges.RemoveRange(at, end - at);
        _ranges.Insert(at, new SequenceRange(first, last));
    }

    /// <summary>What is missing between the first and the last number seen.</summary>
    public IEnumerable<SequenceRange> Gaps()
    {
        for (int i = 1; i < _ranges.Count; i++) yield return new SequenceRange(_ranges[i - 1].Last + 1, _ranges[i].First - 1);
    }
}
