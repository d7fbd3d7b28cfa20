using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Pipeline.Runtime.Ports;
using Testing.Scripts;

namespace Runtime.Tests;

/// <summary>A store that is away holds the partition back and loses nothing; a partition that belongs to somebody else stops.</summary>
public sealed class StoreAwayTests : LaneTests
{
    public StoreAwayTests() => Options = Options with { AlarmsWaiting = 5 };

    [Fact]
    public async Task Holds_the_partition_back_while_the_store_is_away_and_goes_on_by_itself()
    {
        (IPartitionLane lane, _) = await OpenAsync();
        EventBatch[] log = Programs(20);
        Store.Away = true;

        Task<LaneOutcome> feeding = FeedAsync(lane, log);
        await RetryAsync(until: () => Store.Attempts >= 4, "several attempts");
        feeding.IsCompleted.ShouldBeFalse("5 alarms wait, there is no room for more");
        Store.Away = false;
        await RetryAsync(until: () => feeding.IsCompleted, "the rest of the log");
        await lane.DrainAsync(Cancellation);

        Exact(Store.Alarms).ShouldBe(Exact(KernelRun.Feed(new PartitionKernel(ProbeDetector.Alone), log)));
    }

    [Fact]
    public async Task Tries_again_when_the_store_throws()
    {
        (IPartitionLane lane, _) = await OpenAsync();
        Store.Throws = true;
        await FeedAsync(lane, Programs(1));
        await RetryAsync(until: () => Store.Attempts >= 2, "a second attempt");

        Store.Throws = false;

        await RetryAsync(until: () => Store.Alarms.Count == 1, "the alarm in the store");
    }

    [Fact]
    public async Task Gives_up_waiting_when_the_caller_does_and_has_not_run_the_batch()
    {
        (IPartitionLane lane, _) = await OpenAsync();
        EventBatch[] log = Programs(6);
        Store.Hold();
        await FeedAsync(lane, log[..5]);
        using var impatient = new CancellationTokenSource();

        Task<LaneOutcome> feeding = lane.FeedAsync(log[5], 5, impatient.Token);
        await impatient.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => feeding);
        Store.Release();
        await lane.DrainAsync(Cancellation);
        lane.DurableOffset.ShouldBe(5);
    }

    [Fact]
    public async Task Gives_up_draining_when_the_caller_does()
    {
        (IPartitionLane lane, _) = await OpenAsync();
        await FeedAsync(lane, Programs(1));
        Store.Hold();
        using var impatient = new CancellationTokenSource();

        Task<LaneOutcome> draining = lane.DrainAsync(impatient.Token);
        await impatient.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => draining);
    }

    [Fact]
    public async Task Stops_without_storing_when_another_process_owns_the_partition()
    {
        (IPartitionLane lane, _) = await OpenAsync();
        await Store.AcquireAsync(Partition, Cancellation);

        await FeedAsync(lane, Programs(1));
        LaneOutcome drained = await lane.DrainAsync(Cancellation);

        drained.ShouldBe(new LaneOutcome.Fenced());
        (await FeedAsync(lane, Programs(2), from: 1)).ShouldBe(new LaneOutcome.Fenced());
        Store.Alarms.ShouldBeEmpty();
    }

    [Fact]
    public async Task Wakes_a_caller_that_waits_for_room_when_it_is_fenced()
    {
        (IPartitionLane lane, _) = await OpenAsync();
        EventBatch[] log = Programs(6);
        Store.Hold();
        await FeedAsync(lane, log[..5]);
        Task<LaneOutcome> feeding = lane.FeedAsync(log[5], 5, Cancellation);
        await Store.AcquireAsync(Partition, Cancellation);

        Store.Release();

        (await feeding).ShouldBe(new LaneOutcome.Fenced());
    }

    /// <summary>Time passes for the runtime's back-off until the condition holds.</summary>
    private Task RetryAsync(Func<bool> until, string what) => StoredAsync(
        () =>
        {
            if (until()) return true;
            Time.Advance(Options.RetryDelayMost);
            return false;
        },
        what);
}
