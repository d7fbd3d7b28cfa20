using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.EventStore;
using Testing;

namespace EventStore.Tests;

public sealed class AlarmChangesTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tells_what_is_stored_from_now_on_as_it_stands()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("before"));
        await using IAsyncEnumerator<ChangePage> pages =
            new AlarmChanges(store.Database, TimeProvider.System).FollowAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        (await NextAsync(pages)).Alarms.ShouldBeEmpty();

        await store.StoreAsync(SomeAlarm.Raised("a"), SomeAlarm.Recurred("before", 1, 5));

        ChangePage page = await NextAsync(pages);
        page.Alarms.Select(changed => (changed.Alarm.Id, changed.IsNew, changed.Alarm.Occurrences))
            .ShouldBe([(SomeAlarm.Id("a"), true, 1L), (SomeAlarm.Id("before"), false, 5L)], ignoreOrder: true);
    }

    [Fact]
    public async Task Tells_what_was_missed_after_a_position_unless_it_is_too_much()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        var changes = new AlarmChanges(store.Database, TimeProvider.System);
        await store.StoreAsync(SomeAlarm.Raised("before"));
        await using IAsyncEnumerator<ChangePage> pages = changes.FollowAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        long position = (await NextAsync(pages)).Position;
        await store.StoreAsync(SomeAlarm.Raised("a"), SomeAlarm.Escalated("a", 1, Severity.Critical));

        AlarmSummary missed = (await changes.SinceAsync(position, 2, Cancellation)).ShouldNotBeNull().ShouldHaveSingleItem();

        (missed.Id, missed.Severity).ShouldBe((SomeAlarm.Id("a"), Severity.Critical));
        (await changes.SinceAsync(position, 1, Cancellation)).ShouldBeNull();
    }

    /// <summary>
    /// A transaction takes its number before another one and is committed after it: nothing of it is missed, and the position waits for it.
    /// </summary>
    [Fact]
    public async Task Misses_nothing_that_is_committed_out_of_order()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("before"));
        await using IAsyncEnumerator<ChangePage> pages =
            new AlarmChanges(store.Database, TimeProvider.System).FollowAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        long start = (await NextAsync(pages)).Position;
        long taken = await store.ScalarAsync<long>("select nextval('alarms.mt_events_sequence')");

        await store.StoreAsync(SomeAlarm.Raised("later"));
        ChangePage later = await NextAsync(pages);
        later.Position.ShouldBe(start, "what took the number before may still come");
        await store.ScalarAsync<object>(
            $"update alarms.mt_events set seq_id = {taken} where stream_id = '{SomeAlarm.Id("later")}' returning 1::bigint");

        ChangePage late = await NextAsync(pages);
        late.Alarms.ShouldHaveSingleItem().Alarm.Id.ShouldBe(SomeAlarm.Id("later"));
        late.Position.ShouldBeGreaterThan(start);
    }

    private static async Task<ChangePage> NextAsync(IAsyncEnumerator<ChangePage> pages)
    {
        (await pages.MoveNextAsync()).ShouldBeTrue();
        return pages.Current;
    }
}
