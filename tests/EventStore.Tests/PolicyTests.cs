using Pipeline.Api.Ports;
using Pipeline.Domain.Policies;
using Pipeline.Runtime.Ports;
using Testing;

namespace EventStore.Tests;

/// <summary>The life of the policy, and where it held.</summary>
public sealed class PolicyTests(PostgresFixture postgres)
{
    private static readonly PolicyDocument A = new("shop", 1, "id: shop\nversion: 1\n");
    private static readonly PolicyDocument B = new("shop", 2, "id: shop\nversion: 2 # why? because 'so'\n");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keeps_every_revision_as_it_was_given()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);

        await ApplyAsync(store, A);
        await ApplyAsync(store, B);
        await store.Policies.RollBackAsync(1, "bob", "too loud", null, Cancellation);

        (await store.Policies.HistoryAsync(10, Cancellation)).Select(p => (p.Revision, p.Document, p.Author, p.Reason, p.RestoredRevision)).ShouldBe(
        [
            (3, A, "bob", "too loud", 1), (2, B, "ann", "as agreed", null), (1, A, "ann", "as agreed", (int?)null),
        ]);
        (await store.Policies.FindAsync(2, Cancellation)).ShouldNotBeNull().Document.ShouldBe(B);
        (await store.Policies.FindAsync(null, Cancellation)).ShouldNotBeNull().Revision.ShouldBe(3);
        (await store.Policies.FindAsync(9, Cancellation)).ShouldBeNull();
        (await store.ScalarAsync<string>("select revision || hash from read.policies")).ShouldBe($"3{A.Hash}");
        (await store.ScalarAsync<string>("select string_agg(change, ',' order by revision) from read.policy_history")).ShouldBe("applied,applied,rolled-back");
        (await store.CountAsync($"alarms.mt_events where stream_id = '{PolicyEvent.StreamId}'")).ShouldBe(3);
    }

    [Fact]
    public async Task Goes_back_to_what_held_before_the_first()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await ApplyAsync(store, A);

        await store.Policies.RollBackAsync(0, "bob", "", null, Cancellation);

        StoredPolicy now = (await store.Policies.FindAsync(null, Cancellation)).ShouldNotBeNull();
        (now.Revision, now.Document, now.RestoredRevision).ShouldBe((2, null, 0));
        (await store.AcquireAsync()).Newest.ShouldBe(new PolicyRevision(2, null));
    }

    [Fact]
    public async Task Changes_nothing_when_the_document_holds_already()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await ApplyAsync(store, A);

        (await ApplyAsync(store, A)).ShouldBeOfType<PolicyOutcome.Holds>().Policy.Revision.ShouldBe(1);

        (await store.Policies.HistoryAsync(10, Cancellation)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Refuses_what_alarms_could_not_tell_apart()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await ApplyAsync(store, A);

        (await ApplyAsync(store, new PolicyDocument("shop", 1, "other"))).ShouldBeOfType<PolicyOutcome.Refused>().Reason.ShouldContain("shop version 1 was revision 1");
        (await ApplyAsync(store, new PolicyDocument("default", 1, "x"))).ShouldBeOfType<PolicyOutcome.Refused>();

        (await store.Policies.HistoryAsync(10, Cancellation)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Lets_one_of_many_through_that_looked_at_the_same_revision()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await ApplyAsync(store, A);

        PolicyOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(2, 6).Select(version =>
            store.Policies.ApplyAsync(new PolicyDocument("shop", version, $"version: {version}"), "ann", "", 1, Cancellation)));

        outcomes.OfType<PolicyOutcome.Holds>().ShouldHaveSingleItem().Policy.Revision.ShouldBe(2);
        outcomes.OfType<PolicyOutcome.Changed>().Select(c => c.Revision).Distinct().ShouldBe([2]);
    }

    [Fact]
    public async Task Stores_where_a_policy_held_with_the_alarms_under_it_and_gives_it_to_the_next_owner()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        PartitionCheckpoint mine = await store.AcquireAsync();
        (mine.Policies, mine.Newest, mine.Reached).ShouldBe(([], null, 0));
        await CommitAsync(store, mine, 12, TestStore.Snapshot(10, 1), new(0, PolicyDocument.BuiltIn), new(4, A));
        await CommitAsync(store, mine, 31, null, new PolicyPosition(30, B));

        PartitionCheckpoint next = await store.AcquireAsync();

        next.Policies.ShouldBe([new PolicyPosition(4, A), new PolicyPosition(30, B)]);
        next.Reached.ShouldBe(31);
        (await store.Policies.PositionsAsync("node-events", 3, 10, Cancellation)).Select(p => (p.Offset, p.PolicyId, p.Version, p.Hash)).ShouldBe(
            [(0, "default", 1, PolicyDocument.BuiltIn.Hash), (4, "shop", 1, A.Hash), (30, "shop", 2, B.Hash)]);
    }

    [Fact]
    public async Task Takes_what_was_recorded_last_where_another_log_began_at_lower_offsets()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        PartitionCheckpoint mine = await store.AcquireAsync();
        await CommitAsync(store, mine, 5000, TestStore.Snapshot(5001, 1), new(0, PolicyDocument.BuiltIn), new(4000, A));
        await CommitAsync(store, mine, 0, TestStore.Snapshot(11, 1), new PolicyPosition(0, B));

        PartitionCheckpoint next = await store.AcquireAsync();

        next.Policies.ShouldBe([new PolicyPosition(0, B)]);
        next.Reached.ShouldBe(0);
    }

    [Fact]
    public async Task Stores_nothing_of_a_fenced_owner()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        PartitionCheckpoint mine = await store.AcquireAsync();
        await store.AcquireAsync();

        (await CommitAsync(store, mine, 5, null, new PolicyPosition(0, A))).ShouldBe(new CommitOutcome.Fenced());

        (await store.CountAsync("pipeline.policy_positions")).ShouldBe(0);
    }

    private static Task<PolicyOutcome> ApplyAsync(TestStore store, PolicyDocument document) =>
        store.Policies.ApplyAsync(document, "ann", "as agreed", null, Cancellation);

    private static Task<CommitOutcome> CommitAsync(
        TestStore store, PartitionCheckpoint mine, long reached, StateSnapshot? snapshot, params PolicyPosition[] policies) =>
        store.Store.CommitAsync(
            new PartitionCommit(mine.Partition, mine.Token, [], snapshot) { Policies = [.. policies], Reached = reached }, Cancellation);
}
