using Pipeline.Domain.Alarms;
using Pipeline.EventStore.ReadModels;
using Pipeline.Runtime.Ports;
using Testing;

namespace EventStore.Tests;

public sealed class RebuildTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Makes_what_was_there()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await FillAsync(store, "a", 50);
        string before = await DigestAsync(store);

        long? events = await new AlarmRebuild(store.Database).RunAsync(null, Cancellation);

        events.ShouldBe(await store.CountAsync("alarms.mt_events"));
        (await DigestAsync(store)).ShouldBe(before);
        (await store.CountAsync("read.triage_times")).ShouldBe(50);
        (await store.ScalarAsync<long>("select count(*) from pg_indexes where schemaname = 'read' and indexname like 'ix_alarms_%'")).ShouldBe(13L);
    }

    [Fact]
    public async Task Mends_what_somebody_spoiled()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await FillAsync(store, "a", 20);
        string before = await DigestAsync(store);
        await store.ScalarAsync<object>("delete from read.alarm_counts; delete from read.alarm_history; update read.alarms set severity = 'low'");

        await new AlarmRebuild(store.Database).RunAsync(null, Cancellation);

        (await DigestAsync(store)).ShouldBe(before);
    }

    [Fact]
    public async Task Loses_nothing_that_is_stored_and_done_meanwhile()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await FillAsync(store, "before", 200);
        FencingToken token = (await store.AcquireAsync()).Token;
        using var done = new CancellationTokenSource();

        Task<int> writing = Task.Run(async () =>
        {
            int commits = 0;
            for (; !done.IsCancellationRequested; commits++)
            {
                string name = $"during {commits}";
                (await store.CommitAsync(token, [SomeAlarm.Raised(name), SomeAlarm.Escalated(name, 1, Severity.Critical), SomeAlarm.Raised($"other {commits}")]))
                    .ShouldBeOfType<CommitOutcome.Committed>();
                await store.HandleAsync(SomeAlarm.Id(name), new AlarmCommand(Guid.NewGuid(), AlarmAction.Acknowledge, "ann", "api", ""));
            }

            return commits;
        }, Cancellation);
        for (int round = 0; round < 3; round++) (await new AlarmRebuild(store.Database).RunAsync(null, Cancellation)).ShouldNotBeNull();
        await done.CancelAsync();
        int commits = await writing;

        (await store.CountAsync("read.alarms")).ShouldBe(200 + 2 * commits);
        string live = await DigestAsync(store);
        await new AlarmRebuild(store.Database).RunAsync(null, Cancellation);
        (await DigestAsync(store)).ShouldBe(live);
        (await store.ScalarAsync<string>(ReadModelTests.Counts)).ShouldBe(await store.ScalarAsync<string>(ReadModelTests.CountedAnew));
    }

    private static async Task FillAsync(TestStore store, string name, int alarms)
    {
        AlarmEvent[] events = [.. Enumerable.Range(0, alarms).SelectMany(i => (AlarmEvent[])
            [SomeAlarm.Raised($"{name} {i}"), SomeAlarm.Recurred($"{name} {i}", 1, 7), SomeAlarm.Escalated($"{name} {i}", 2, (Severity)(1 + i % 4))])];
        await store.StoreAsync(events);
        for (int i = 0; i < alarms; i += 5)
            await store.HandleAsync(SomeAlarm.Id($"{name} {i}"), new AlarmCommand(Guid.NewGuid(), AlarmAction.Close, "ann", "api", "why", Verdict: Verdict.Benign));
    }

    private static async Task<string> DigestAsync(TestStore store) => (await store.ScalarAsync<string>("""
        select concat_ws(' ',
            (select md5(string_agg(a::text, ',' order by id)) from read.alarms a),
            (select md5(string_agg(h::text, ',' order by alarm_id, version)) from read.alarm_history h),
            (select md5(string_agg(c::text, ',' order by c::text)) from read.alarm_counts c where alarms <> 0),
            (select md5(string_agg(t::text, ',' order by t::text)) from read.technique_counts t where alarms <> 0))
        """))!;
}
