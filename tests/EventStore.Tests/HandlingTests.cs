using System.Collections.Immutable;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Runtime.Ports;
using Testing;

namespace EventStore.Tests;

/// <summary>What people do about alarms, as the store keeps it.</summary>
public sealed class HandlingTests(PostgresFixture postgres)
{
    private static readonly Guid A = SomeAlarm.Id("a");

    public static TheoryData<AlarmAction, AlarmAction> Inverses => new()
    {
        { AlarmAction.Acknowledge, AlarmAction.Unacknowledge },
        { AlarmAction.Assign, AlarmAction.Unassign },
        { AlarmAction.Handle, AlarmAction.Unhandle },
        { AlarmAction.Ignore, AlarmAction.Unignore },
        { AlarmAction.Close, AlarmAction.Reopen },
        { AlarmAction.Whitelist, AlarmAction.Unwhitelist },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Inverses))]
    public async Task An_action_and_its_inverse_leave_the_alarm_as_it_was_and_both_in_its_history(AlarmAction action, AlarmAction inverse)
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"));
        if (action != AlarmAction.Acknowledge) await store.HandleAsync(A, SomeCommand.To(AlarmAction.Acknowledge));
        AlarmSummary before = (await store.ListAsync()).Alarms.ShouldHaveSingleItem();

        (await store.HandleAsync(A, SomeCommand.To(action))).ShouldBeOfType<HandlingResult.Done>();
        AlarmSummary between = (await store.ListAsync()).Alarms.ShouldHaveSingleItem();
        (await store.HandleAsync(A, SomeCommand.To(inverse))).ShouldBeOfType<HandlingResult.Done>();

        between.ShouldNotBe(before);
        Standing((await store.ListAsync()).Alarms.ShouldHaveSingleItem()).ShouldBe(Standing(before));
        StoredAlarm alarm = (await store.FindAsync(A)).ShouldNotBeNull();
        alarm.History.TakeLast(2).Select(e => ((AlarmActionTaken)e.Event).Action).ShouldBe([action, inverse]);
    }

    [Fact]
    public async Task A_refused_action_says_why_and_changes_nothing()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"));
        await store.HandleAsync(A, SomeCommand.To(AlarmAction.Close));

        (await store.HandleAsync(A, SomeCommand.To(AlarmAction.Acknowledge)))
            .ShouldBe(new HandlingResult.Refused(A, "is closed already", AlarmState.Closed));
        (await store.HandleAsync(A, SomeCommand.To(AlarmAction.Unignore)))
            .ShouldBe(new HandlingResult.Refused(A, "is closed, not ignored", AlarmState.Closed));
        (await store.HandleAsync(SomeAlarm.Id("nobody's"), SomeCommand.To(AlarmAction.Close))).ShouldBeOfType<HandlingResult.NotFound>();

        (await store.FindAsync(A)).ShouldNotBeNull().View.Version.ShouldBe(2);
    }

    [Fact]
    public async Task The_same_request_made_again_is_done_once()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"));
        AlarmCommand comment = SomeCommand.To(AlarmAction.Comment);

        HandlingResult first = await store.HandleAsync(A, comment);
        HandlingResult again = await store.HandleAsync(A, comment, version: 1);

        again.ShouldBe(first);
        (await store.ScalarAsync<int>("select comments from read.alarms")).ShouldBe(1);
    }

    [Fact]
    public async Task Is_refused_when_something_happened_since_the_caller_looked()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"));
        await store.StoreAsync(SomeAlarm.Recurred("a", 1, 2));

        (await store.HandleAsync(A, SomeCommand.To(AlarmAction.Close), version: 1)).ShouldBe(new HandlingResult.Changed(A, 2));
        (await store.HandleAsync(A, SomeCommand.To(AlarmAction.Close), version: 2)).ShouldBeOfType<HandlingResult.Done>();
    }

    [Fact]
    public async Task Ten_analysts_on_one_alarm_lose_nothing_of_each_other_and_of_the_detector()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        FencingToken token = (await store.AcquireAsync()).Token;
        await store.CommitAsync(token, [SomeAlarm.Raised("a")]);

        Task<HandlingResult>[] analysts =
            [.. Enumerable.Range(0, 10).Select(i => store.HandleAsync(A, SomeCommand.To(AlarmAction.Comment, $"comment {i}")))];
        Task<HandlingResult>[] closing = [.. Enumerable.Range(0, 10).Select(_ => store.HandleAsync(A, SomeCommand.To(AlarmAction.Close)))];
        for (int ordinal = 1; ordinal <= 10; ordinal++) await CommitAsync(store, token, SomeAlarm.Recurred("a", ordinal, ordinal + 1));
        await Task.WhenAll([.. analysts, .. closing]);

        StoredAlarm alarm = (await store.FindAsync(A)).ShouldNotBeNull();
        alarm.History.Select(e => e.Event).OfType<AlarmActionTaken>().Where(e => e.Action == AlarmAction.Comment).Select(e => e.Reason).Order()
            .ShouldBe(Enumerable.Range(0, 10).Select(i => $"comment {i}"));
        alarm.History.Count(e => e.Event is AlarmRecurred).ShouldBe(10);
        closing.Count(result => result.Result is HandlingResult.Done).ShouldBe(1);
        closing.Count(result => result.Result is HandlingResult.Refused).ShouldBe(9);
        (await store.ScalarAsync<int>("select version from read.alarms")).ShouldBe(22);
    }

    [Theory]
    [InlineData(AlarmAction.Close, AlarmState.Open)]
    [InlineData(AlarmAction.Handle, AlarmState.Open)]
    [InlineData(AlarmAction.Ignore, AlarmState.Ignored)]
    [InlineData(AlarmAction.Whitelist, AlarmState.Whitelisted)]
    [InlineData(AlarmAction.Acknowledge, AlarmState.Acknowledged)]
    public async Task An_alarm_that_becomes_worse_than_what_was_judged_is_open_again(AlarmAction action, AlarmState state)
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"));
        await store.HandleAsync(A, SomeCommand.To(action));
        await store.StoreAsync(SomeAlarm.Recurred("a", 1, 2));
        AlarmState recurred = (await store.ListAsync()).Alarms[0].State;

        await store.StoreAsync(SomeAlarm.Escalated("a", 2, Severity.Critical));

        recurred.ShouldNotBe(AlarmState.Open);
        (await store.ListAsync()).Alarms[0].State.ShouldBe(state);
        (await store.FindAsync(A)).ShouldNotBeNull().View.State.ShouldBe(state);
    }

    [Fact]
    public async Task A_comment_is_withdrawn_once_and_only_from_its_own_alarm()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"), SomeAlarm.Raised("b"));
        AlarmCommand comment = SomeCommand.To(AlarmAction.Comment);
        await store.HandleAsync(A, comment);
        Guid made = AlarmActionTaken.IdOf(A, comment.RequestId);

        (await store.HandleAsync(SomeAlarm.Id("b"), SomeCommand.To(AlarmAction.WithdrawComment) with { Comment = made })).ShouldBeOfType<HandlingResult.Refused>();
        (await store.HandleAsync(A, SomeCommand.To(AlarmAction.WithdrawComment) with { Comment = SomeAlarm.Id("other") })).ShouldBeOfType<HandlingResult.Refused>();
        (await store.HandleAsync(A, SomeCommand.To(AlarmAction.WithdrawComment) with { Comment = made })).ShouldBeOfType<HandlingResult.Done>();
        (await store.HandleAsync(A, SomeCommand.To(AlarmAction.WithdrawComment) with { Comment = made })).ShouldBeOfType<HandlingResult.Refused>();

        (await store.ScalarAsync<int>("select comments from read.alarms where id = '" + A + "'")).ShouldBe(0);
    }

    [Fact]
    public async Task All_of_a_kind_are_those_that_the_filter_finds_and_that_accept_it()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync([.. Enumerable.Range(0, 6).Select(i => SomeAlarm.Raised($"{i}") with { RuleId = i < 4 ? "AS-01" : "AS-02" })]);
        await store.HandleAsync(SomeAlarm.Id("0"), SomeCommand.To(AlarmAction.Ignore));
        var kind = new AlarmFilter { Rule = "AS-01" };

        ImmutableArray<Guid> accepting = await store.Handling.AcceptingAsync(kind, AlarmAction.Close, 1000, Cancellation);
        ImmutableArray<HandlingResult> results = await store.Handling.HandleAsync(SomeCommand.To(AlarmAction.Close), accepting, null, Cancellation);

        accepting.ShouldBe([SomeAlarm.Id("1"), SomeAlarm.Id("2"), SomeAlarm.Id("3")], ignoreOrder: true);
        results.ShouldAllBe(result => result is HandlingResult.Done);
        (await store.CountAsync("read.alarms where state = 'closed'")).ShouldBe(3);
        (await store.CountAsync("read.alarms where state = 'open' and rule_id = 'AS-02'")).ShouldBe(2);
    }

    private static (AlarmState, DateTimeOffset?, string, DateTimeOffset?, Verdict?) Standing(AlarmSummary alarm) =>
        (alarm.State, alarm.AcknowledgedAt, alarm.Assignee, alarm.ResolvedAt, alarm.Verdict);

    /// <summary>As a lane does: a commit that meets another writer of the same alarm is tried again.</summary>
    private static async Task CommitAsync(TestStore store, FencingToken token, AlarmEvent e)
    {
        while (await store.CommitAsync(token, [e]) is not CommitOutcome.Committed) Cancellation.ThrowIfCancellationRequested();
    }
}
