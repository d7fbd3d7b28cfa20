using System.Collections.Immutable;
using Pipeline.Detection;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Pipeline.Domain.Policies;
using Pipeline.Runtime.Ports;
using Pipeline.Runtime.Processing;
using Testing;
using Testing.Scripts;

namespace Runtime.Tests;

/// <summary>How a lane takes up changes of the policy, and that the same records meet the same policy again.</summary>
public sealed class PolicyChangeTests : LaneTests
{
    private const int Records = 40;

    private static readonly PolicyDocument A = new("a", 1, "a");
    private static readonly PolicyDocument B = new("b", 2, "b");
    private static readonly PolicyDocument Unreadable = new("later", 9, "of a later program");

    public PolicyChangeTests() => Detectors = DetectorRoster.Of(Catalog.Detectors).Posts;

    private protected override IPolicyCompiler Compiler { get; } = new Policies();

    [Fact]
    public async Task Raises_alarms_under_a_changed_policy_from_the_next_record_on_and_stores_where()
    {
        EventBatch[] log = Containers();
        (IPartitionLane lane, _) = await OpenAsync();
        await FeedAsync(lane, log[..10]);

        Shelf.Offer(new PolicyRevision(1, A));
        await FeedAsync(lane, log, from: 10);
        await lane.DrainAsync(Cancellation);

        Store.Alarms.OfType<AlarmRaised>().Select(a => a.PolicyId).ShouldBe([.. Enumerable.Repeat("default", 10), .. Enumerable.Repeat("a", Records - 10)]);
        Store.Policies.ShouldBe([new PolicyPosition(0, PolicyDocument.BuiltIn), new PolicyPosition(10, A)]);
    }

    [Fact]
    public async Task Makes_the_alarms_of_the_kernel_that_is_changed_at_the_stored_offsets()
    {
        EventBatch[] log = Containers();
        (IPartitionLane lane, _) = await OpenAsync();
        await FeedAsync(lane, log[..7]);
        Shelf.Offer(new PolicyRevision(1, A));
        await FeedAsync(lane, log[..20], from: 7);
        Shelf.Offer(new PolicyRevision(2, B));
        await FeedAsync(lane, log, from: 20);
        await lane.DrainAsync(Cancellation);

        Exact(Store.Alarms).ShouldBe(Exact(ByKernel(log, Store.Policies)));
    }

    [Fact]
    public async Task Takes_a_change_up_at_once_on_an_idle_lane()
    {
        (IPartitionLane lane, _) = await OpenAsync();
        await FeedAsync(lane, Containers()[..3]);

        Shelf.Offer(new PolicyRevision(1, A));
        Shelf.Offer(new PolicyRevision(2, B));
        await FeedAsync(lane, Containers()[..4], from: 3);
        await lane.DrainAsync(Cancellation);

        Store.Policies[^1].ShouldBe(new PolicyPosition(3, B));
        Store.Alarms.OfType<AlarmRaised>().Last().PolicyVersion.ShouldBe(2);
    }

    [Fact]
    public async Task Stores_the_change_not_later_than_the_alarms_under_it()
    {
        EventBatch[] log = Containers();
        (IPartitionLane lane, _) = await OpenAsync();
        for (int i = 0; i < log.Length; i++)
        {
            if (i % 5 == 4) Shelf.Offer(new PolicyRevision(i, i % 2 == 0 ? A : B));
            await lane.FeedAsync(log[i], i, Cancellation);
        }

        await lane.DrainAsync(Cancellation);

        HashSet<string> stored = [];
        foreach (PartitionCommit commit in Store.Commits)
        {
            stored.UnionWith(commit.Policies.Select(p => p.Document.Id));
            commit.Alarms.OfType<AlarmRaised>().ShouldAllBe(alarm => stored.Contains(alarm.PolicyId));
        }

        Store.Policies.Select(p => p.Offset).ShouldBeInOrder();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Processes_the_same_records_under_the_same_policy_after_crashes_at_any_place(int seed)
    {
        Options = Options with { CheckpointRecords = 6, AlarmsPerCommit = 3 };
        var random = new Random(seed);
        EventBatch[] log = Containers();
        PolicyDocument[] documents = [A, B, new("c", 3, "c")];
        int revision = 0;
        for (long next = 0; next < log.Length;)
        {
            NewProcess();
            (IPartitionLane lane, long from) = await OpenAsync();
            int until = Math.Min(log.Length, (int)Math.Max(from, next) + random.Next(1, 9));
            for (long offset = from; offset < until; offset++)
            {
                if (random.Next(4) == 0) Shelf.Offer(Store.NewestPolicy = new PolicyRevision(++revision, documents[random.Next(documents.Length)]));
                await lane.FeedAsync(log[offset], offset, Cancellation);
            }

            // Sometimes everything of this run was stored, sometimes whatever was.
            if (random.Next(2) == 0) await lane.DrainAsync(Cancellation);
            await lane.DisposeAsync();
            next = until;
        }

        NewProcess();
        (IPartitionLane last, long rest) = await OpenAsync();
        await FeedAsync(last, log, rest);
        await last.DrainAsync(Cancellation);

        Exact(Store.Alarms).ShouldBe(Exact(ByKernel(log, Store.Policies)));
        Store.Policies.Select(p => p.Offset).ShouldBeInOrder();
    }

    [Fact]
    public async Task Forgets_a_change_that_nothing_was_stored_of()
    {
        EventBatch[] log = Containers();
        (IPartitionLane lane, _) = await OpenAsync();
        await FeedAsync(lane, log[..5]);
        await lane.DrainAsync(Cancellation);
        Store.Away = true;
        Shelf.Offer(new PolicyRevision(1, A));
        await FeedAsync(lane, log[..9], from: 5);
        await lane.DisposeAsync();

        Store.Away = false;
        NewProcess();
        (IPartitionLane again, long from) = await OpenAsync();
        await FeedAsync(again, log, from);
        await again.DrainAsync(Cancellation);

        Store.Policies.ShouldHaveSingleItem().Document.ShouldBe(PolicyDocument.BuiltIn);
        Exact(Store.Alarms).ShouldBe(Exact(ByKernel(log, Store.Policies)));
    }

    [Fact]
    public async Task Begins_with_what_the_store_says_holds_for_the_system()
    {
        Store.NewestPolicy = new PolicyRevision(5, A);
        (IPartitionLane lane, _) = await OpenAsync();
        Shelf.Offer(new PolicyRevision(4, B));

        await FeedAsync(lane, Containers()[..2]);
        await lane.DrainAsync(Cancellation);

        Store.Policies.ShouldBe([new PolicyPosition(0, A)]);
        Store.Alarms.OfType<AlarmRaised>().ShouldAllBe(a => a.PolicyId == "a");
    }

    [Fact]
    public async Task Keeps_what_detectors_remember_over_a_change()
    {
        var script = Script.OnNode("n1").Created("c1", Some.PrivilegedSpec("c1")).By("c1");
        for (int i = 0; i < 6; i++) script.Call(308, -1).After(2);
        EventBatch[] log = [.. Batches.Of(script.Events, 1)];
        (IPartitionLane lane, _) = await OpenAsync();
        await FeedAsync(lane, log[..4]);
        Shelf.Offer(new PolicyRevision(1, A));
        await FeedAsync(lane, log, from: 4);
        await lane.DrainAsync(Cancellation);

        AlarmRaised refused = Store.Alarms.OfType<AlarmRaised>().First(a => a.RuleId.StartsWith("SC-", StringComparison.Ordinal));
        Store.Alarms.OfType<AlarmRaised>().Count(a => a.RuleId == refused.RuleId).ShouldBe(1, "the episode goes on");
        Store.Alarms.OfType<AlarmRecurred>().Last(a => a.AlarmId == refused.AlarmId).Occurrences.ShouldBe(6);
    }

    [Fact]
    public async Task Keeps_the_last_good_policy_when_it_does_not_understand_the_next()
    {
        (IPartitionLane lane, _) = await OpenAsync();
        Shelf.Offer(new PolicyRevision(1, A));
        Shelf.Offer(new PolicyRevision(2, Unreadable));

        await FeedAsync(lane, Containers()[..2]);
        await lane.DrainAsync(Cancellation);

        Store.Policies.Select(p => p.Document).ShouldBe([A]);
        Store.Alarms.OfType<AlarmRaised>().ShouldAllBe(a => a.PolicyId == "a");
    }

    [Fact]
    public async Task Says_which_policy_holds_where_an_older_program_does_not_understand_the_stored_one()
    {
        EventBatch[] log = Containers();
        PartitionCheckpoint mine = await Store.AcquireAsync(Partition, Cancellation);
        await Store.CommitAsync(
            new PartitionCommit(Partition, mine.Token, [], null) { Policies = [new PolicyPosition(0, A), new PolicyPosition(4, Unreadable)] }, Cancellation);
        (IPartitionLane lane, _) = await OpenAsync();

        await FeedAsync(lane, log);
        await lane.DrainAsync(Cancellation);

        (Store.Policies[^1].Offset, Store.Policies[^1].Document).ShouldBe((4, PolicyDocument.BuiltIn));
        Store.Alarms.OfType<AlarmRaised>().Select(a => a.PolicyId).Distinct().ShouldBe(["a", "default"]);
    }

    [Fact]
    public async Task Stores_the_policy_again_when_another_log_has_taken_the_place_of_the_old_one()
    {
        Store.NewestPolicy = new PolicyRevision(1, A);
        (IPartitionLane lane, _) = await OpenAsync();
        await lane.SkipAsync(5000, Cancellation);
        await lane.DrainAsync(Cancellation);

        await lane.FeedAsync(Containers()[0], 0, Cancellation);
        await lane.DrainAsync(Cancellation);

        Store.Policies.ShouldBe([new PolicyPosition(0, A), new PolicyPosition(0, A)]);
    }

    /// <summary>A log of privileged containers, one a record: one alarm each, which names the policy.</summary>
    private static EventBatch[] Containers()
    {
        var script = Script.OnNode("n1");
        for (int i = 0; i < Records; i++) script.Created($"c{i}", Some.PrivilegedSpec($"c{i}")).After(1);
        return [.. Batches.Of(script.Events, 1)];
    }

    private static ImmutableArray<AlarmEvent> ByKernel(EventBatch[] log, IReadOnlyList<PolicyPosition> positions)
    {
        var kernel = new PartitionKernel(Catalog.Detectors);
        var alarms = ImmutableArray.CreateBuilder<AlarmEvent>();
        for (int offset = 0; offset < log.Length; offset++)
        {
            foreach (PolicyPosition at in positions.Where(p => p.Offset == offset)) kernel.Change(Policies.Under(at.Document)).ShouldBeEmpty();
            alarms.AddRange(kernel.Feed(log[offset]));
        }

        return alarms.ToImmutable();
    }

    private sealed class Policies : IPolicyCompiler
    {
        public PolicyCompilation Compile(PolicyDocument document) => document == Unreadable
            ? new PolicyCompilation.Unreadable("no such setting")
            : new PolicyCompilation.Compiled(Under(document));

        public static ImmutableArray<DetectorFactory> Under(PolicyDocument document) =>
            Catalog.Under(DetectionPolicy.Default with { Id = document.Id, Version = document.Version });
    }
}
