using Pipeline.Archive.Manifests;

namespace Archive.Tests;

public sealed class SequenceLedgerTests
{
    [Fact]
    public void Holds_what_was_added_in_any_order()
    {
        var random = new Random(3);
        var ledger = new SequenceLedger();
        var seen = new SortedSet<long>();
        for (int i = 0; i < 300; i++)
        {
            long first = random.Next(2000), last = first + random.Next(-1, 12);
            ledger.Add(first, last);
            for (long number = first; number <= last; number++) seen.Add(number);
        }

        ledger.Ranges.SelectMany(range => Numbers(range)).ShouldBe(seen);
        ledger.Gaps().SelectMany(range => Numbers(range)).ShouldBe(Numbers(new(seen.Min, seen.Max)).Except(seen));
    }

    private static IEnumerable<long> Numbers(SequenceRange range)
    {
        for (long number = range.First; number <= range.Last; number++) yield return number;
    }
}
