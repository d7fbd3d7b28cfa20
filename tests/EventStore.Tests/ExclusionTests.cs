using System.Collections.Immutable;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Exclusions;
using Pipeline.EventStore.Exclusions;
using Testing;

namespace EventStore.Tests;

/// <summary>Whitelist rules: what they hide, and that nothing of it is lost.</summary>
public sealed class ExclusionTests(PostgresFixture postgres)
{
    private static readonly Guid A = SomeAlarm.Id("a");
    private static readonly Guid B = SomeAlarm.Id("b");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hides_open_alarms_that_match_and_shows_them_as_they_were_when_it_is_removed()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"), SomeAlarm.Raised("b") with { RuleId = "AS-02" });
        await store.HandleAsync(A, SomeCommand.To(AlarmAction.Acknowledge));
        AlarmSummary before = await RowAsync(store, A);

        StoredExclusion exclusion = await AddAsync(store, Is(ExclusionField.Rule, "AS-01"));
        (await PassAsync(store)).ShouldBe(1);
        ImmutableArray<AlarmState> hidden = [(await RowAsync(store, A)).State, (await RowAsync(store, B)).State];
        (await store.Exclusions.FindAsync(exclusion.Id, Cancellation)).ShouldNotBeNull().Hides.ShouldBe(1);
        await store.Exclusions.RemoveAsync(exclusion.Id, "bob", "no longer so", Cancellation);
        (await PassAsync(store)).ShouldBe(1);

        hidden.ShouldBe([AlarmState.Whitelisted, AlarmState.Open]);
        AlarmSummary after = await RowAsync(store, A);
        (after.State, after.AcknowledgedAt, after.ResolvedAt).ShouldBe((before.State, before.AcknowledgedAt, null));
        var actions = (await store.FindAsync(A)).ShouldNotBeNull().History.Select(e => e.Event).OfType<AlarmActionTaken>().TakeLast(2).ToArray();
        actions.Select(e => (e.Action, e.Exclusion, e.Reason)).ShouldBe(
            [(AlarmAction.Whitelist, exclusion.Id, "meant to be"), (AlarmAction.Unwhitelist, (Guid?)exclusion.Id, "no longer so")]);
        (await PassAsync(store)).ShouldBe(0);
    }

    [Fact]
    public async Task Hides_an_alarm_in_the_commit_that_stores_it_and_one_whose_container_becomes_known_later()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await AddAsync(store, Is(ExclusionField.Image, "shop/web"));

        await store.StoreAsync(
            SomeAlarm.Raised("a") with { Source = SomeAlarm.Source with { Image = "shop/web" } }, SomeAlarm.Raised("b") with { Source = SomeAlarm.Source with { Image = "" } });
        AlarmState unknown = (await RowAsync(store, B)).State;
        await store.StoreAsync(SomeAlarm.Amended("b", 1, "shop/web"));

        (await RowAsync(store, A)).State.ShouldBe(AlarmState.Whitelisted);
        unknown.ShouldBe(AlarmState.Open);
        (await RowAsync(store, B)).State.ShouldBe(AlarmState.Whitelisted);
    }

    [Fact]
    public async Task Ends_by_itself_when_its_time_has_come()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"));
        StoredExclusion exclusion = await AddAsync(store, TimeProvider.System.GetUtcNow().AddDays(1), Is(ExclusionField.Rule, "AS-01"));
        await PassAsync(store);
        AlarmState held = (await RowAsync(store, A)).State;
        await store.ScalarAsync<object>("update read.exclusions set expires_at = now()");

        await PassAsync(store);

        held.ShouldBe(AlarmState.Whitelisted);
        (await RowAsync(store, A)).State.ShouldBe(AlarmState.Open);
        StoredExclusion ended = (await store.Exclusions.FindAsync(exclusion.Id, Cancellation)).ShouldNotBeNull();
        (ended.State, ended.EndedBy, ended.Hides).ShouldBe((ExclusionState.Expired, "expiry", 0));
        (await store.Exclusions.ListAsync(all: false, 10, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_alarm_that_another_exclusion_matches_too_stays_hidden()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"));
        StoredExclusion first = await AddAsync(store, Is(ExclusionField.Rule, "AS-01"));
        await PassAsync(store);
        await AddAsync(store, Is(ExclusionField.Node, "node-1"));

        await store.Exclusions.RemoveAsync(first.Id, "bob", "", Cancellation);
        await PassAsync(store);

        (await RowAsync(store, A)).State.ShouldBe(AlarmState.Whitelisted);
    }

    [Fact]
    public async Task Leaves_what_people_resolved_as_it_is()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"));
        await store.HandleAsync(A, SomeCommand.To(AlarmAction.Close));

        await AddAsync(store, Is(ExclusionField.Rule, "AS-01"));
        await PassAsync(store);

        (await RowAsync(store, A)).State.ShouldBe(AlarmState.Closed);
    }

    [Theory]
    [InlineData(ExclusionField.Content, ExclusionOperator.Equal, "privileged:true", true)]
    [InlineData(ExclusionField.Content, ExclusionOperator.NotContain, "privileged", false)]
    [InlineData(ExclusionField.Content, ExclusionOperator.NotEqual, "mounts:[]", true)]
    [InlineData(ExclusionField.Image, ExclusionOperator.Prefix, "registry.example/shop/", true)]
    [InlineData(ExclusionField.Image, ExclusionOperator.Prefix, "Registry.example/", false)]
    [InlineData(ExclusionField.Image, ExclusionOperator.NotPrefix, "registry.example/", false)]
    [InlineData(ExclusionField.Image, ExclusionOperator.Glob, "*/web:?.?", true)]
    [InlineData(ExclusionField.Image, ExclusionOperator.Glob, "*/web", false)]
    [InlineData(ExclusionField.Image, ExclusionOperator.Glob, "%", false)]
    [InlineData(ExclusionField.Image, ExclusionOperator.NotGlob, "*/api:*", true)]
    [InlineData(ExclusionField.Process, ExclusionOperator.Equal, "/bin/sh", true)]
    [InlineData(ExclusionField.CommandLine, ExclusionOperator.Contain, "-c id", true)]
    [InlineData(ExclusionField.CommandLine, ExclusionOperator.Contain, "_c id", false)]
    [InlineData(ExclusionField.Workload, ExclusionOperator.Equal, "StatefulSet/web", true)]
    [InlineData(ExclusionField.Type, ExclusionOperator.Equal, "abnormal-startup", true)]
    [InlineData(ExclusionField.Subject, ExclusionOperator.NotEqual, "web", false)]
    public async Task Compares(ExclusionField field, ExclusionOperator how, string value, bool holds)
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"));

        ExclusionPreview preview = await store.Exclusions.PreviewAsync([new(field, how, value), Is(ExclusionField.Rule, "AS-01")], Cancellation);

        (preview.Open, preview.Sample.Length).ShouldBe(holds ? (1, 1) : (0, 0));
    }

    [Fact]
    public async Task A_preview_tells_what_it_would_hide_and_what_matches_and_is_resolved()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync([.. Enumerable.Range(0, 30).Select(i => SomeAlarm.Raised($"{i}"))]);
        await store.HandleAsync(SomeAlarm.Id("3"), SomeCommand.To(AlarmAction.Close));

        ExclusionPreview preview = await store.Exclusions.PreviewAsync([Is(ExclusionField.Rule, "AS-01")], Cancellation);

        (preview.Open, preview.Past, preview.Sample.Length).ShouldBe((29, 1, 20));
        (await store.CountAsync("read.alarms where state = 'whitelisted'")).ShouldBe(0);
    }

    [Fact]
    public async Task The_same_request_adds_one()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        Guid id = Guid.NewGuid();
        ImmutableArray<ExclusionCondition> conditions = [Is(ExclusionField.Rule, "AS-01")];

        await store.Exclusions.AddAsync(id, conditions, "alice", "meant to be", null, Cancellation);
        await store.Exclusions.AddAsync(id, conditions, "alice", "meant to be", null, Cancellation);

        (await store.CountAsync("read.exclusions")).ShouldBe(1);
        (await store.Exclusions.RemoveAsync(Guid.NewGuid(), "alice", "", Cancellation)).ShouldBeNull();
    }

    private static ExclusionCondition Is(ExclusionField field, string value) => new(field, ExclusionOperator.Equal, value);

    private static Task<StoredExclusion> AddAsync(TestStore store, params ExclusionCondition[] conditions) => AddAsync(store, null, conditions);

    private static async Task<StoredExclusion> AddAsync(TestStore store, DateTimeOffset? expiresAt, params ExclusionCondition[] conditions) =>
        (await store.Exclusions.AddAsync(Guid.NewGuid(), [.. conditions], "alice", "meant to be", expiresAt, Cancellation)).ShouldNotBeNull();

    private static Task<int> PassAsync(TestStore store) => new ExclusionKeeper(store.Database).PassAsync(Cancellation);

    private static async Task<AlarmSummary> RowAsync(TestStore store, Guid id) => (await store.ListAsync()).Alarms.Single(alarm => alarm.Id == id);
}
