using Confluent.Kafka;
using Ingest.Tests.Kit;
using Pipeline.Ingest;
using Pipeline.Runtime.Ports;
using Testing;

namespace Ingest.Tests.Lanes;

/// <summary>One member: how lanes begin, wait, fail and begin again.</summary>
[Trait("Category", "Broker")]
public sealed class LaneTests(LogFixture log) : LogTest(log)
{
    [Fact]
    public async Task Starts_at_the_checkpoint_of_each_partition_and_at_the_beginning_without_one()
    {
        IngestOptions options = await TopicAsync(2);
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(2, 60);
        Store.Seed(1, 50);

        await using var member = new Member(options, Store);
        await ReachAsync(2, 60);
        await member.DrainAsync();

        Store.Stored(0).ShouldBe(Offsets(0, 60));
        Store.Stored(1).ShouldBe(Offsets(50, 60));
    }

    [Fact]
    public async Task Keeps_the_offsets_that_checkpoints_cover_as_group_offsets()
    {
        IngestOptions options = await TopicAsync(1);
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(1, 25);
        await using var member = new Member(options, Store);
        await ReachAsync(1, 25);

        await member.DrainAsync();

        var config = new ConsumerConfig { BootstrapServers = options.BootstrapServers, GroupId = options.GroupId };
        using IConsumer<byte[], byte[]> tool = new ConsumerBuilder<byte[], byte[]>(config).Build();
        List<TopicPartitionOffset> committed = tool.Committed([new TopicPartition(options.Topic, 0)], TimeSpan.FromSeconds(20));
        committed.ShouldHaveSingleItem().Offset.Value.ShouldBe(25);
    }

    [Fact]
    public async Task Pauses_a_slow_lane_within_its_bounds_while_others_go_on()
    {
        IngestOptions options = await TopicAsync(2);
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(2, 400);
        var go = new TaskCompletionSource();
        await using var member = new Member(options, Store, runtime => runtime.BeforeFeed = (partition, _, abort) =>
            partition.Partition == 0 ? go.Task.WaitAsync(abort) : Task.CompletedTask);

        await Eventually.TrueAsync(() => Store.HasReached(1, 400), "the quick lane to go through");
        await Eventually.TrueAsync(() => member.Counted.Gauge("lag", "0") == 400, "the slow lane's lag to be seen");
        member.Counted.Gauge("buffered", "0").ShouldNotBeNull().ShouldBeInRange(1, 2 * options.BufferHighRecords);
        go.SetResult();
        await ReachAsync(2, 400);
        await member.DrainAsync();

        ShouldHoldEachOnce(2, 400);
        member.Counted["pauses"].ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Opens_a_failed_lane_again_from_its_checkpoint_and_leaves_the_others_alone()
    {
        IngestOptions options = await TopicAsync(2);
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(2, 100);
        int failures = 3;
        await using var member = new Member(options, Store, runtime => runtime.Outcome = (partition, offset) =>
            partition.Partition == 0 && offset == 37 && Interlocked.Decrement(ref failures) >= 0 ? new LaneOutcome.Failed("a detector failed") : null);

        await ReachAsync(2, 100);
        await member.DrainAsync();

        ShouldHoldEachOnce(2, 100);
        long?[] OpenedAt(int partition) => [.. member.Runtime.Opened.Where(it => it.Partition.Partition == partition).Select(it => it.NextOffset)];
        OpenedAt(0).ShouldBe([null, 30, 30, 30]);
        OpenedAt(1).ShouldBe([null]);
    }

    [Fact]
    public async Task Acquires_again_after_another_process_fenced_it()
    {
        IngestOptions options = await TopicAsync(1);
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(1, 25);
        await using var member = new Member(options, Store);
        await ReachAsync(1, 25);

        await Store.AcquireAsync(new PartitionId(options.Topic, 0), TestContext.Current.CancellationToken);
        await feeder.FillAsync(1, 25);
        await ReachAsync(1, 50);
        await member.DrainAsync();

        ShouldHoldEachOnce(1, 50);
        member.Counted["lane_ends", "fenced"].ShouldBe(1);
    }

    [Fact]
    public async Task Stays_in_the_group_and_waits_when_the_store_is_away_at_the_assignment()
    {
        IngestOptions options = await TopicAsync(2);
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(2, 30);
        Store.IsAway = true;
        await using var member = new Member(options, Store);
        await Eventually.TrueAsync(() => Store.Refused >= 6, "some attempts to acquire");
        member.Partitions.ShouldBe(2);
        member.IsConsuming.ShouldBeFalse();

        Store.IsAway = false;
        await ReachAsync(2, 30);

        await Eventually.TrueAsync(() => member.IsConsuming, "the member to say that it consumes");
        member.Counted["rebalances", "assigned"].ShouldBe(1);
        await member.DrainAsync();
        ShouldHoldEachOnce(2, 30);
    }

    [Fact]
    public async Task Tells_the_records_that_retention_took_and_goes_on_behind_them()
    {
        IngestOptions options = await TopicAsync(1);
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(1, 60);
        await Log.DeleteRecordsAsync(options.Topic, 0, 40);
        Store.Seed(0, 10);

        await using var member = new Member(options, Store);
        await ReachAsync(1, 60);
        await member.DrainAsync();

        Store.Stored(0).ShouldBe(Offsets(40, 60));
        member.Runtime.Skipped.ShouldBe([(0, 39L)]);
        member.Counted["lost_records"].ShouldBe(30);
    }

    [Fact]
    public async Task Reads_a_log_that_was_replaced_from_its_beginning()
    {
        IngestOptions options = await TopicAsync(1);
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(1, 20);
        Store.Seed(0, 1000);

        await using var member = new Member(options, Store, runtime => runtime.AllowGoingBack = true);
        await Eventually.TrueAsync(() => Store.Next(0) == 20, "the log to be read");
        await member.DrainAsync();

        Store.Stored(0).ShouldBe(Offsets(0, 20));
        member.Counted["log_replaced"].ShouldBe(1);
    }

    [Fact]
    public async Task Builds_the_consumer_anew_and_goes_on_from_the_checkpoint_when_it_failed()
    {
        IngestOptions options = await TopicAsync(2);
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(2, 100);
        using var loggers = new FailingLoggers(failWhen: "Assigned", times: 2);

        await using var member = new Member(options, Store, loggers: loggers);
        await ReachAsync(2, 100);
        await member.DrainAsync();

        ShouldHoldEachOnce(2, 100);
        member.Counted["restarts"].ShouldBe(2);
    }

    [Fact]
    public async Task Goes_on_by_itself_when_the_broker_was_away()
    {
        using var broker = new MockBroker();
        broker.CreateTopic("node-events", 1);
        IngestOptions options = Member.Options(broker.BootstrapServers, "node-events", "group");
        using var feeder = new Feeder(broker.BootstrapServers, "node-events");
        await feeder.FillAsync(1, 40);
        await using var member = new Member(options, Store);
        await ReachAsync(1, 40);

        broker.GoDown();
        await Eventually.TrueAsync(() => !member.IsConsuming, "the member to notice");
        broker.ComeUp();
        await feeder.FillAsync(1, 40);
        await ReachAsync(1, 80);

        await Eventually.TrueAsync(() => member.IsConsuming, "the member to say that it consumes again");
        await member.DrainAsync();
        ShouldHoldEachOnce(1, 80);
        member.Counted["restarts"].ShouldBe(0);
    }
}
