using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Runtime.Ports;
using Testing;

namespace EventStore.Tests;

public sealed class CommitTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Stores_the_alarm_its_row_and_the_checkpoint_together()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        FencingToken token = (await store.AcquireAsync()).Token;

        CommitOutcome outcome =
            await store.CommitAsync(token, [SomeAlarm.Raised("a"), SomeAlarm.Recurred("a", 1, 5)], TestStore.Snapshot(42, 1, 2, 3));

        outcome.ShouldBe(new CommitOutcome.Committed(2, 0));
        StoredAlarm alarm = (await store.FindAsync(SomeAlarm.Id("a"))).ShouldNotBeNull();
        alarm.View.Occurrences.ShouldBe(5);
        alarm.View.Version.ShouldBe(2);
        alarm.History.Select(e => ((DetectedEvent)e.Event).Ordinal).ShouldBe([0, 1]);
        AlarmSummary row = (await store.ListAsync()).Alarms.ShouldHaveSingleItem();
        row.Content.ShouldBe(["privileged:true"]);
        row.Source.ShouldBe(SomeAlarm.Source);
        row.Occurrences.ShouldBe(5);
        PartitionCheckpoint checkpoint = await store.AcquireAsync();
        checkpoint.NextOffset.ShouldBe(42);
        checkpoint.State.ToArray().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Starts_a_partition_that_was_never_processed_without_offset_and_state()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);

        PartitionCheckpoint checkpoint = await store.AcquireAsync();

        checkpoint.NextOffset.ShouldBeNull();
        checkpoint.State.Length.ShouldBe(0);
    }

    [Fact]
    public async Task Stores_nothing_twice_when_a_commit_is_repeated()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        FencingToken token = (await store.AcquireAsync()).Token;
        AlarmEvent[] alarms = [SomeAlarm.Raised("a"), SomeAlarm.Recurred("a", 1, 5), SomeAlarm.Raised("b")];
        await store.CommitAsync(token, [.. alarms], TestStore.Snapshot(7));

        CommitOutcome outcome = await store.CommitAsync(token, [.. alarms], TestStore.Snapshot(7));

        outcome.ShouldBe(new CommitOutcome.Committed(0, 3));
        (await store.CountAsync("alarms.mt_events")).ShouldBe(3);
        (await store.FindAsync(SomeAlarm.Id("a")))!.View.Version.ShouldBe(2);
        (await store.ListAsync()).Alarms.Length.ShouldBe(2);
    }

    [Fact]
    public async Task Counts_an_event_once_when_one_commit_names_it_twice()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);

        CommitOutcome outcome = await store.StoreAsync(SomeAlarm.Raised("a"), SomeAlarm.Raised("a"));

        outcome.ShouldBe(new CommitOutcome.Committed(1, 1));
    }

    [Fact]
    public async Task Takes_up_after_a_crash_between_alarms_and_checkpoint()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        FencingToken before = (await store.AcquireAsync()).Token;
        await store.CommitAsync(before, [SomeAlarm.Raised("a"), SomeAlarm.Recurred("a", 1, 2)]);

        PartitionCheckpoint after = await store.AcquireAsync();
        CommitOutcome outcome = await store.CommitAsync(
            after.Token, [SomeAlarm.Raised("a"), SomeAlarm.Recurred("a", 1, 2), SomeAlarm.Recurred("a", 2, 3), SomeAlarm.Raised("b")], TestStore.Snapshot(100, 9));

        after.NextOffset.ShouldBeNull();
        outcome.ShouldBe(new CommitOutcome.Committed(2, 2));
        (await store.FindAsync(SomeAlarm.Id("a")))!.View.Occurrences.ShouldBe(3);
        (await store.AcquireAsync()).NextOffset.ShouldBe(100);
    }

    [Fact]
    public async Task Refuses_an_earlier_owner_and_stores_nothing_of_it()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        FencingToken stale = (await store.AcquireAsync()).Token;
        FencingToken newest = (await store.AcquireAsync()).Token;
        await store.CommitAsync(newest, [], TestStore.Snapshot(50, 5));

        CommitOutcome outcome = await store.CommitAsync(stale, [SomeAlarm.Raised("a")], TestStore.Snapshot(10, 1));

        outcome.ShouldBe(new CommitOutcome.Fenced());
        (await store.CountAsync("alarms.mt_events")).ShouldBe(0);
        (await store.CountAsync("read.alarms")).ShouldBe(0);
        (await store.AcquireAsync()).NextOffset.ShouldBe(50);
    }

    [Fact]
    public async Task Refuses_a_commit_for_a_partition_that_nobody_took()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);

        (await store.CommitAsync(new FencingToken(1), [SomeAlarm.Raised("a")])).ShouldBe(new CommitOutcome.Fenced());
    }

    [Fact]
    public async Task Lets_only_the_newest_of_racing_owners_store()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async owner =>
        {
            FencingToken token = (await store.AcquireAsync()).Token;
            for (int i = 0; i < 5; i++)
                await store.CommitAsync(token, [SomeAlarm.Raised($"{token.Value}/{i}")], TestStore.Snapshot(token.Value));
        }));

        PartitionCheckpoint last = await store.AcquireAsync();

        // Token 8 is the newest that committed; whoever came before it could not commit after it.
        last.Token.Value.ShouldBe(9);
        last.NextOffset.ShouldBe(8);
        (await store.FindAsync(SomeAlarm.Id("8/4"))).ShouldNotBeNull();
    }

    [Fact]
    public async Task Throws_when_an_alarm_does_not_begin_with_its_raising()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);

        await Should.ThrowAsync<InvalidOperationException>(() => store.StoreAsync(SomeAlarm.Recurred("a", 1, 2)));

        (await store.CountAsync("alarms.mt_events")).ShouldBe(0);
    }

    [Fact]
    public async Task Stores_a_commit_of_more_events_than_one_round_trip_takes()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        AlarmEvent[] alarms = [.. Enumerable.Range(0, 2_500).Select(i => SomeAlarm.Raised($"{i / 2}") with { Ordinal = i % 2 }).Select(
            raised =>
                raised.Ordinal == 0 ? (AlarmEvent)raised : new AlarmRecurred { AlarmId = raised.AlarmId, Ordinal = 1, At = raised.At, Occurrences = 2, Evidence = raised.Evidence[0] })];

        CommitOutcome outcome = await store.StoreAsync(alarms);

        outcome.ShouldBe(new CommitOutcome.Committed(2_500, 0));
        (await store.CountAsync("read.alarms where version = 2 and occurrences = 2")).ShouldBe(1_250);
    }

    [Fact]
    public async Task Keeps_a_state_of_megabytes()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        byte[] state = new byte[5 * 1024 * 1024];
        new Random(1).NextBytes(state);

        await store.CommitAsync((await store.AcquireAsync()).Token, [], TestStore.Snapshot(1, state));

        (await store.AcquireAsync()).State.ToArray().ShouldBe(state);
    }

    [Fact]
    public async Task Names_events_by_words_that_outlive_the_classes()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(
            SomeAlarm.Raised("a"), SomeAlarm.Confirmed("a", 1), SomeAlarm.Recurred("a", 2, 2), SomeAlarm.Escalated("a", 3, Severity.Critical));

        string? names = await store.ScalarAsync<string>("select string_agg(type, ' ' order by version) from alarms.mt_events");

        names.ShouldBe("alarm-raised alarm-confirmed alarm-recurred alarm-escalated");
    }

    [Fact]
    public async Task Keeps_the_shape_in_which_events_are_stored()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(
            SomeAlarm.Raised("a"), SomeAlarm.Confirmed("a", 1), SomeAlarm.Recurred("a", 2, 2), SomeAlarm.Escalated("a", 3, Severity.Critical));

        string? bodies =
            await store.ScalarAsync<string>("select string_agg(jsonb_pretty(data), E'\n' order by version) from alarms.mt_events");

        bodies.ShouldNotBeNull().ShouldMatchApproved("stored-events.json");
    }

    [Fact]
    public async Task Reads_an_alarm_that_was_stored_before_alarms_named_processes()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"));
        await store.ScalarAsync<int>("update alarms.mt_events set data = data - 'processes'; select 1");

        StoredAlarm? alarm = await store.FindAsync(SomeAlarm.Id("a"));

        alarm.ShouldNotBeNull().View.Raised.Processes.ShouldBeEmpty();
    }
}
