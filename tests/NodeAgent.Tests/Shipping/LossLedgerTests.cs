using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Events;

namespace NodeAgent.Tests.Shipping;

public sealed class LossLedgerTests
{
    private readonly LossLedger _ledger = new();

    [Fact]
    public void Joins_neighbours_of_one_cause()
    {
        _ledger.Add(new LostRange(LossCause.Spool, 1, 5, 5));
        _ledger.Add(new LostRange(LossCause.Spool, 1, 6, 6));

        _ledger.TakeFirst().ShouldBe(new LostRange(LossCause.Spool, 2, 5, 6));
        _ledger.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Keeps_apart_what_has_delivered_numbers_between()
    {
        _ledger.Add(new LostRange(LossCause.Spool, 1, 5, 5));
        _ledger.Add(new LostRange(LossCause.Spool, 1, 9, 9));

        _ledger.TakeFirst().ShouldBe(new LostRange(LossCause.Spool, 1, 5, 5));
        _ledger.TakeFirst().ShouldBe(new LostRange(LossCause.Spool, 1, 9, 9));
    }

    [Fact]
    public void Stays_bounded_and_keeps_the_count_exact()
    {
        for (int i = 1; i <= 5_000; i++) _ledger.Add(new LostRange(LossCause.Spool, 1, i * 10, i * 10));

        int ranges = 0;
        long count = 0;
        for (; !_ledger.IsEmpty; ranges++) count += _ledger.TakeFirst().Count;

        ranges.ShouldBeLessThanOrEqualTo(LossLedger.MostRanges);
        count.ShouldBe(5_000);
    }

    [Fact]
    public void Knows_the_lowest_number_it_is_about()
    {
        _ledger.Add(new LostRange(LossCause.SourceAway, 0, 0, 0));
        _ledger.Lowest.ShouldBeNull();

        _ledger.Add(new LostRange(LossCause.Rejected, 1, 9, 9));
        _ledger.Add(new LostRange(LossCause.Spool, 1, 4, 4));

        _ledger.Lowest.ShouldBe(4);
    }
}
