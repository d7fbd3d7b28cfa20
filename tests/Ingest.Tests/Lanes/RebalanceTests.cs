using Confluent.Kafka;
using Ingest.Tests.Kit;
using Pipeline.Ingest;
using Testing;

namespace Ingest.Tests.Lanes;

/// <summary>Partitions move between members while records flow; each record must be stored once, in order, whoever processed it.</summary>
[Trait("Category", "Broker")]
public sealed class RebalanceTests(LogFixture log) : LogTest(log)
{
    private const int Partitions = 4;

    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task Stores_each_record_once_when_members_join_and_leave_midstream(PartitionAssignmentStrategy assignment)
    {
        IngestOptions options = (await TopicAsync(Partitions)) with { Assignment = assignment };
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(Partitions, 200);
        await using var first = new Member(options, Store);
        await ReachAsync(Partitions, 100);

        await using var second = new Member(options, Store);
        await Eventually.TrueAsync(() => second.Partitions > 0, "the second member to get partitions");
        await feeder.FillAsync(Partitions, 200);
        await ReachAsync(Partitions, 300);
        await first.DrainAsync();
        await feeder.FillAsync(Partitions, 200);
        await Eventually.TrueAsync(() => second.Partitions == Partitions, "the second member to take over");
        await ReachAsync(Partitions, 600);
        await second.DrainAsync();

        ShouldHoldEachOnce(Partitions, 600);
    }

    [Fact]
    public async Task Hands_a_paused_partition_with_a_full_buffer_to_the_next_member_at_its_checkpoint()
    {
        IngestOptions options = await TopicAsync(2);
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(2, 300);
        var go = new TaskCompletionSource();
        await using var first = new Member(options, Store, runtime => runtime.BeforeFeed = (_, offset, abort) =>
            offset < 15 ? Task.CompletedTask : go.Task.WaitAsync(abort));
        await Eventually.TrueAsync(() => first.Counted["pauses"] >= 2, "both partitions to be paused");

        await using var second = new Member(options, Store);
        await Eventually.TrueAsync(() => second.IsConsuming && second.Partitions == 1, "the second member to process a partition");
        go.SetResult();
        await ReachAsync(2, 300);
        await first.DrainAsync();
        await second.DrainAsync();

        ShouldHoldEachOnce(2, 300);
        second.Runtime.Opened.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Takes_a_paused_partition_back_and_goes_on_fetching_it()
    {
        IngestOptions options = (await TopicAsync(1)) with
        {
            Assignment = PartitionAssignmentStrategy.Range,
            RevokeWait = TimeSpan.FromMilliseconds(200),
        };
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(1, 100);
        var go = new TaskCompletionSource();
        await using var member = new Member(options, Store, runtime => runtime.BeforeFeed = (_, offset, abort) =>
            offset < 15 ? Task.CompletedTask : go.Task.WaitAsync(abort));
        await Eventually.TrueAsync(() => member.Counted["pauses"] >= 1, "the partition to be paused");

        // With two members and one partition somebody is idle; when that one leaves, the partition may have moved there and back.
        await using (var other = new Member(options, Store, runtime => runtime.BeforeFeed = (_, _, abort) => go.Task.WaitAsync(abort)))
        {
            await Eventually.TrueAsync(() => member.Counted["rebalances", "revoked"] >= 1, "the partition to be taken away");
            await Eventually.TrueAsync(() => member.Counted["rebalances", "assigned"] + other.Counted["rebalances", "assigned"] >= 2, "it to be given");
        }

        go.SetResult();
        await ReachAsync(1, 100);
        await member.DrainAsync();

        ShouldHoldEachOnce(1, 100);
    }

    [Fact]
    public async Task Loses_nothing_when_a_member_drains_while_the_group_rebalances()
    {
        IngestOptions options = await TopicAsync(Partitions);
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(Partitions, 300);
        await using var first = new Member(options, Store);
        await ReachAsync(Partitions, 50);

        await using var second = new Member(options, Store);
        await first.DrainAsync();
        await ReachAsync(Partitions, 300);
        await second.DrainAsync();

        ShouldHoldEachOnce(Partitions, 300);
    }

    [Fact]
    public async Task Aborts_a_lane_that_does_not_stop_in_time()
    {
        IngestOptions options = (await TopicAsync(1)) with { RevokeWait = TimeSpan.FromMilliseconds(200) };
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(1, 30);
        var reached = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        await using var stuck = new Member(options, Store, runtime => runtime.BeforeFeed = (_, offset, abort) =>
        {
            if (offset < 15) return Task.CompletedTask;
            reached.TrySetResult();
            return never.Task.WaitAsync(abort);
        });
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);

        await stuck.DrainAsync();
        await using var next = new Member(options, Store);
        await ReachAsync(1, 30);
        await next.DrainAsync();

        stuck.Runtime.Open.ShouldBe(0);
        ShouldHoldEachOnce(1, 30);
    }

    [Theory]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky, 4)]
    [InlineData(PartitionAssignmentStrategy.Range, 6)]
    public async Task Reopens_lanes_that_stay_only_with_eager_assignment(PartitionAssignmentStrategy assignment, int openings)
    {
        IngestOptions options = (await TopicAsync(Partitions)) with { Assignment = assignment };
        await using var first = new Member(options, Store);
        await Eventually.TrueAsync(() => first.Runtime.Open == Partitions, "the first member to have all partitions");

        await using var second = new Member(options, Store);
        await Eventually.TrueAsync(
            () => second is { IsConsuming: true, Partitions: 2, Runtime.Open: 2 } && first is { IsConsuming: true, Partitions: 2, Runtime.Open: 2 },
            "the partitions to be shared");

        first.Runtime.Opened.Count.ShouldBe(openings);
        second.Runtime.Opened.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Stores_each_record_once_through_a_storm_of_rebalances()
    {
        const int rounds = 6;
        IngestOptions options = await TopicAsync(Partitions);
        using Feeder feeder = FeederOf(options);
        var members = new Queue<Member>();
        for (int round = 0; round < rounds; round++)
        {
            members.Enqueue(new Member(options, Store));
            await feeder.FillAsync(Partitions, 100);
            // The oldest goes in the middle of the rebalance that the newest caused.
            if (members.Count > 2) await members.Dequeue().DisposeAsync();
        }

        await ReachAsync(Partitions, rounds * 100);
        while (members.TryDequeue(out Member? member)) await member.DisposeAsync();

        ShouldHoldEachOnce(Partitions, rounds * 100);
    }
}
