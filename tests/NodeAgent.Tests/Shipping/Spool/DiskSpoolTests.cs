using Agents.NodeAgent.Shipping;
using Agents.NodeAgent.Shipping.Spool;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace NodeAgent.Tests.Shipping.Spool;

public sealed class DiskSpoolTests : IDisposable
{
    private readonly SpoolBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Gives_messages_back_as_they_were_and_in_order()
    {
        using DiskSpool spool = _bench.Open();
        OutgoingBatch first = SpoolBench.Batch(1, 3) with
        {
            Reports = [new LostRange(LossCause.RingBuffer, 7, 0, 0), new LostRange(LossCause.Spool, 2, 8, 9)],
        };
        spool.TryAppend(first, given: false).ShouldBeTrue();
        spool.TryAppend(SpoolBench.Batch(4, 1), given: false).ShouldBeTrue();

        OutgoingBatch read = spool.Read().ShouldNotBeNull();

        (read.First, read.Count, read.Kinds).ShouldBe((1, 3, "container"));
        read.Value.ShouldBe(first.Value);
        read.Reports.ShouldBe(first.Reports);
        spool.Read().ShouldNotBeNull().First.ShouldBe(4);
        spool.Read().ShouldBeNull();
    }

    [Fact]
    public void Keeps_a_message_until_it_is_settled()
    {
        using (DiskSpool spool = _bench.Open())
        {
            for (int i = 0; i < 4; i++) spool.TryAppend(SpoolBench.Batch(1 + i, 1), given: false);
            OutgoingBatch[] read = [spool.Read()!, spool.Read()!, spool.Read()!];
            spool.Settle(read[1]);
            spool.Settle(read[0]);
        }

        using DiskSpool next = _bench.Open();
        SpoolBench.Drain(next).Select(batch => batch.First).ShouldBe([3, 4]);
    }

    [Fact]
    public void Keeps_a_message_that_is_on_its_way_and_does_not_hand_it_out_again()
    {
        using (DiskSpool spool = _bench.Open())
        {
            spool.TryAppend(SpoolBench.Batch(1, 1), given: true).ShouldBeTrue();
            spool.HasUnread.ShouldBeFalse();
            spool.TryAppend(SpoolBench.Batch(2, 1), given: false).ShouldBeTrue();
            spool.Read()!.First.ShouldBe(2);
        }

        using DiskSpool next = _bench.Open();
        SpoolBench.Drain(next).Select(batch => batch.First).ShouldBe([1, 2]);
    }

    [Fact]
    public void Is_empty_and_leaves_no_segment_when_all_is_settled()
    {
        using DiskSpool spool = _bench.Open();
        for (int i = 0; i < 100; i++) spool.TryAppend(SpoolBench.Batch(1 + i, 1, bytes: 1_000), given: false).ShouldBeTrue();
        spool.Bytes.ShouldBeGreaterThan(100_000);

        foreach (OutgoingBatch batch in SpoolBench.Drain(spool)) spool.Settle(batch);

        spool.IsEmpty.ShouldBeTrue();
        spool.Bytes.ShouldBe(0);
        _bench.Segments.ShouldBeEmpty();
    }

    [Fact]
    public void Refuses_the_newest_when_full_and_takes_again_when_there_is_room()
    {
        using DiskSpool spool = _bench.Open(bytes: 200_000);
        int taken = 0;
        while (spool.TryAppend(SpoolBench.Batch(1 + taken, 1, bytes: 10_000), given: false)) taken++;

        taken.ShouldBeGreaterThan(10);
        spool.Bytes.ShouldBeLessThanOrEqualTo(200_000);
        _bench.Logger.Count(7027).ShouldBe(1);
        foreach (OutgoingBatch batch in SpoolBench.Drain(spool)) spool.Settle(batch);
        spool.TryAppend(SpoolBench.Batch(1 + taken, 1), given: false).ShouldBeTrue();
    }

    [Fact]
    public void Hands_out_what_an_earlier_boot_left_before_all_else_with_an_era_of_its_own()
    {
        using (DiskSpool spool = _bench.Open(new NodeBoot(new NodeId("old-name"), new BootId("earlier"))))
        {
            spool.TryAppend(SpoolBench.Batch(900, 1), given: false);
        }

        using DiskSpool next = _bench.Open();
        next.OldestUnsettled.ShouldBeNull();
        next.TryAppend(SpoolBench.Batch(5, 1), given: false);

        OutgoingBatch[] read = SpoolBench.Drain(next);
        read.Select(batch => batch.First).ShouldBe([900, 5]);
        read[0].Era.ShouldBeLessThan(read[1].Era);
        read[0].Key.ShouldBe("old-name"u8.ToArray());
        next.OldestUnsettled.ShouldBe(5);
    }

    [Fact]
    public void Counts_what_was_cut_out_of_its_middle()
    {
        using (DiskSpool spool = _bench.Open(segmentBytes: 1_000))
        {
            // Two records fill a segment.
            for (int i = 0; i < 6; i++) spool.TryAppend(SpoolBench.Batch(10 * i, 10, bytes: 600), given: false);
        }

        SpoolBench.Flip(_bench.Segments[1], fromEnd: 5);
        using DiskSpool next = _bench.Open();

        next.TakeLost().ShouldBe([new LostRange(LossCause.Spool, 10, 30, 39)]);
        SpoolBench.Drain(next).Select(batch => batch.First).ShouldBe([0, 10, 20, 40, 50]);
        next.Unaccounted(0, 69).ShouldBe([(60, 69)]);
        _bench.Logger.Count(7029).ShouldBe(1);
    }

    [Fact]
    public void Reports_what_becomes_unreadable_while_it_waits()
    {
        using DiskSpool spool = _bench.Open();
        for (int i = 0; i < 4; i++) spool.TryAppend(SpoolBench.Batch(10 * i, 10, bytes: 600), given: false);
        spool.Read()!.First.ShouldBe(0);

        SpoolBench.Flip(_bench.Segments[0], fromEnd: 3 * 600);

        spool.Read().ShouldBeNull();
        spool.TakeLost().ShouldBe([new LostRange(LossCause.Spool, 30, 10, 39)]);
        spool.TryAppend(SpoolBench.Batch(40, 1), given: false).ShouldBeTrue();
        spool.Read()!.First.ShouldBe(40);
    }

    [Fact]
    public void Says_that_nobody_knows_how_much_the_end_of_an_earlier_boot_held()
    {
        using (DiskSpool spool = _bench.Open(new NodeBoot(new NodeId("n"), new BootId("earlier"))))
        {
            spool.TryAppend(SpoolBench.Batch(1, 1), given: false);
            spool.TryAppend(SpoolBench.Batch(2, 1), given: false);
        }

        SpoolBench.Flip(_bench.Segments[0], fromEnd: 1);
        using DiskSpool next = _bench.Open();

        next.TakeLost().ShouldBe([new LostRange(LossCause.Spool, 0, 0, 0)]);
        SpoolBench.Drain(next).ShouldHaveSingleItem().First.ShouldBe(1);
    }

    [Theory]
    [InlineData(DiskFault.Write)]
    [InlineData(DiskFault.HalfWrite)]
    [InlineData(DiskFault.Create)]
    public void Goes_on_behind_a_disk_that_refuses(DiskFault fault)
    {
        using DiskSpool spool = _bench.Open();
        spool.TryAppend(SpoolBench.Batch(1, 1), given: false).ShouldBeTrue();
        // When all is settled, the next message needs a new segment.
        if (fault == DiskFault.Create) spool.Settle(spool.Read()!);

        _bench.Fault = fault;
        spool.TryAppend(SpoolBench.Batch(2, 1), given: false).ShouldBeFalse();
        spool.HasRoom(1).ShouldBeFalse();
        _bench.Fault = DiskFault.None;
        _bench.Time.Advance(TimeSpan.FromSeconds(10));
        spool.TryAppend(SpoolBench.Batch(2, 1), given: false).ShouldBeTrue();

        _bench.Logger.Count(7028).ShouldBe(1);
        using DiskSpool next = _bench.Open();
        SpoolBench.Drain(next).Select(batch => batch.First).ShouldBe(fault == DiskFault.Create ? [2] : [1, 2]);
    }

    [Fact]
    public void Writes_no_more_to_a_segment_whose_fsync_failed()
    {
        using DiskSpool spool = _bench.Open();
        _bench.Fault = DiskFault.Sync;

        spool.TryAppend(SpoolBench.Batch(1, 1), given: false).ShouldBeTrue();

        _bench.Logger.Count(7028).ShouldBe(1);
        _bench.Fault = DiskFault.None;
        _bench.Time.Advance(TimeSpan.FromSeconds(10));
        spool.TryAppend(SpoolBench.Batch(2, 1), given: false).ShouldBeTrue();
        _bench.Segments.Length.ShouldBe(2);
        SpoolBench.Drain(spool).Select(batch => batch.First).ShouldBe([1, 2]);
    }

    [Fact]
    public void Is_no_failure_when_its_directory_cannot_be_made()
    {
        File.WriteAllText(_bench.Directory, "a file");

        using DiskSpool spool = _bench.Open();

        spool.TryAppend(SpoolBench.Batch(1, 1), given: false).ShouldBeFalse();
        spool.Read().ShouldBeNull();
        _bench.Logger.Count(7028).ShouldBe(1);
    }
}
