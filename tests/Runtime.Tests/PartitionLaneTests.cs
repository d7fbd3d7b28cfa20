using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Pipeline.Runtime.Ports;
using Testing;
using Testing.Scripts;

namespace Runtime.Tests;

/// <summary>
/// What a lane stores and when: alarms at once, checkpoints at clean cuts, everything at a drain, nothing twice after a crash.
/// </summary>
public sealed class PartitionLaneTests : LaneTests
{
    [Fact]
    public async Task Makes_the_same_alarms_as_the_kernel_without_actors()
    {
        var script = Script.OnNode("n1").Created("c1", Some.PlainSpec()).Exec("c1", "/a").Node("n2").Exec("c1", "/a").Node("n1")
            .Exec("c1", "/a").Lost(2).After(9).Exec("c2", "/a");
        (IPartitionLane lane, _) = await OpenAsync();

        (await FeedAsync(lane, [.. Batches.Of(script.Events)])).ShouldBe(new LaneOutcome.Done());
        await lane.DrainAsync(Cancellation);

        Exact(Store.Alarms).ShouldBe(Exact(script.Run(ProbeDetector.Alone)));
    }

    [Fact]
    public async Task Stores_alarms_without_waiting_for_a_checkpoint()
    {
        (IPartitionLane lane, _) = await OpenAsync();

        await FeedAsync(lane, Programs(1));

        await StoredAsync(() => Store.Alarms.Count == 1, "the alarm in the store");
        Store.Commits.ShouldAllBe(c => c.Snapshot == null);
        lane.DurableOffset.ShouldBeNull();
    }

    [Fact]
    public async Task Stores_a_checkpoint_after_the_interval_although_nothing_more_comes()
    {
        (IPartitionLane lane, _) = await OpenAsync();
        await FeedAsync(lane, Programs(3));

        Time.Advance(Options.CheckpointInterval);

        await StoredAsync(() => lane.DurableOffset == 3, "a checkpoint at offset 3");
    }

    [Fact]
    public async Task Stores_no_checkpoint_of_a_partition_that_did_not_move()
    {
        (IPartitionLane lane, _) = await OpenAsync();
        await FeedAsync(lane, Programs(1));
        Time.Advance(Options.CheckpointInterval);
        await StoredAsync(() => lane.DurableOffset == 1, "the first checkpoint");

        Time.Advance(Options.CheckpointInterval * 10);
        await lane.DrainAsync(Cancellation);

        Store.Commits.Count(c => c.Snapshot is not null).ShouldBe(1);
    }

    [Fact]
    public async Task Stores_a_checkpoint_after_so_many_records()
    {
        Options = Options with { CheckpointRecords = 10 };
        (IPartitionLane lane, _) = await OpenAsync();

        await FeedAsync(lane, Programs(10));

        await StoredAsync(() => lane.DurableOffset == 10, "a checkpoint at offset 10");
    }

    [Fact]
    public async Task Cuts_cleanly_so_that_every_checkpoint_is_what_the_kernel_saves_at_that_offset()
    {
        Options = Options with { CheckpointRecords = 3 };
        EventBatch[] log = Programs(20);
        (IPartitionLane lane, _) = await OpenAsync();

        await FeedAsync(lane, log);
        await lane.DrainAsync(Cancellation);

        StateSnapshot[] snapshots = [.. Store.Commits.Select(c => c.Snapshot).OfType<StateSnapshot>()];
        snapshots.Length.ShouldBeGreaterThan(1);
        foreach (StateSnapshot snapshot in snapshots)
        {
            var kernel = new PartitionKernel(ProbeDetector.Alone);
            foreach (EventBatch batch in log.Take((int)snapshot.NextOffset)) kernel.Feed(batch);
            snapshot.State.ToArray().ShouldBe(kernel.Save(), $"at {snapshot.NextOffset}");
        }
    }

    [Fact]
    public async Task Never_stores_a_checkpoint_before_an_alarm_that_it_covers()
    {
        Options = Options with { CheckpointRecords = 5, AlarmsPerCommit = 1 };
        EventBatch[] log = Programs(30);
        (IPartitionLane lane, _) = await OpenAsync();

        // Snapshots have to wait behind alarms.
        Store.Hold();
        await FeedAsync(lane, log);
        Store.Release();
        await lane.DrainAsync(Cancellation);

        int stored = 0;
        foreach (PartitionCommit commit in Store.Commits)
        {
            commit.Alarms.Length.ShouldBeLessThanOrEqualTo(1);
            stored += commit.Alarms.Length;
            if (commit.Snapshot is { } snapshot) stored.ShouldBe((int)snapshot.NextOffset, "each record made one alarm event");
        }

        stored.ShouldBe(30);
    }

    [Fact]
    public async Task Puts_what_gathers_during_a_commit_into_the_next()
    {
        (IPartitionLane lane, _) = await OpenAsync();
        EventBatch[] log = Programs(50);
        Store.Hold();
        await FeedAsync(lane, log[..1]);
        await StoredAsync(() => Store.Attempts == 1, "a commit under way");

        await FeedAsync(lane, log, from: 1);
        Store.Release();
        await lane.DrainAsync(Cancellation);

        Store.Commits.Select(c => c.Alarms.Length).Where(alarms => alarms > 0).ShouldBe([1, 49]);
    }

    [Fact]
    public async Task Moves_past_records_that_were_skipped()
    {
        (IPartitionLane lane, _) = await OpenAsync();

        await lane.SkipAsync(41, Cancellation);
        await lane.DrainAsync(Cancellation);

        lane.DurableOffset.ShouldBe(42);
    }

    [Fact]
    public async Task Stores_what_is_pending_and_a_last_checkpoint_when_drained()
    {
        (IPartitionLane lane, _) = await OpenAsync();
        await FeedAsync(lane, Programs(7));

        (await lane.DrainAsync(Cancellation)).ShouldBe(new LaneOutcome.Done());

        lane.DurableOffset.ShouldBe(7);
        Store.Alarms.Count.ShouldBe(7);
    }

    [Fact]
    public async Task Goes_on_after_a_drain_where_the_next_owner_opens_it()
    {
        EventBatch[] log = Programs(20);
        (IPartitionLane first, _) = await OpenAsync();
        await FeedAsync(first, log[..9]);
        await first.DrainAsync(Cancellation);
        await first.DisposeAsync();

        (IPartitionLane second, long from) = await OpenAsync();
        await FeedAsync(second, log, from);
        await second.DrainAsync(Cancellation);

        from.ShouldBe(9);
        Exact(Store.Alarms).ShouldBe(Exact(KernelRun.Feed(new PartitionKernel(ProbeDetector.Alone), log)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(19)]
    public async Task Stores_the_same_events_with_the_same_ids_after_a_crash_and_none_twice(int crashAfter)
    {
        Options = Options with { CheckpointRecords = 4 };
        EventBatch[] log = Programs(20);
        (IPartitionLane crashed, _) = await OpenAsync();
        await FeedAsync(crashed, log[..crashAfter]);
        await StoredAsync(() => Store.Alarms.Count == crashAfter, "alarms beyond the checkpoint");
        await crashed.DisposeAsync();

        (IPartitionLane lane, long from) = await OpenAsync();
        await FeedAsync(lane, log, from);
        await lane.DrainAsync(Cancellation);

        from.ShouldBeLessThan(crashAfter + 1);
        Exact(Store.Alarms).ShouldBe(Exact(KernelRun.Feed(new PartitionKernel(ProbeDetector.Alone), log)));
    }

    [Fact]
    public async Task Skips_records_that_the_producer_sent_twice()
    {
        EventBatch[] log = Programs(5);
        (IPartitionLane lane, _) = await OpenAsync();

        await FeedAsync(lane, [.. log, .. log, .. log[3..]]);
        await lane.DrainAsync(Cancellation);

        Store.Alarms.OfType<AlarmRecurred>().Last().Occurrences.ShouldBe(5);
        lane.DurableOffset.ShouldBe(12);
    }

    [Fact]
    public async Task Begins_with_no_state_rather_than_with_a_damaged_one()
    {
        PartitionCheckpoint mine = await Store.AcquireAsync(Partition, Cancellation);
        await Store.CommitAsync(new PartitionCommit(Partition, mine.Token, [], new StateSnapshot(5, new byte[] { 1, 2, 3 })), Cancellation);
        (IPartitionLane lane, long from) = await OpenAsync();

        (await FeedAsync(lane, Programs(6), from)).ShouldBe(new LaneOutcome.Done());
        await lane.DrainAsync(Cancellation);

        Store.Alarms.Count.ShouldBe(1);
    }
}
