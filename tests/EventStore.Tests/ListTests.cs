using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Testing;

namespace EventStore.Tests;

public sealed class ListTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Shows_the_newest_first_in_the_order_in_which_they_came()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"), SomeAlarm.Raised("b"), SomeAlarm.Raised("c"));
        await store.StoreAsync(SomeAlarm.Raised("d"));

        Ids(await store.ListAsync()).ShouldBe(Names("d", "c", "b", "a"));
    }

    [Fact]
    public async Task Keeps_page_boundaries_while_alarms_arrive_and_change()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync([.. Enumerable.Range(0, 20).Select(i => SomeAlarm.Raised($"old-{i}"))]);
        var seen = new List<Guid>();
        string? cursor = null;
        int round = 0;
        do
        {
            AlarmPage page = await store.ListAsync(cursor: cursor, limit: 3);
            seen.AddRange(page.Alarms.Select(alarm => alarm.Id));
            cursor = page.Next;
            await store.StoreAsync(SomeAlarm.Raised($"new-{round}"), SomeAlarm.Recurred($"old-{round % 20}", 1, 2 + round));
            round++;
        }
        while (cursor is not null);

        seen.ShouldBe(Enumerable.Range(0, 20).Reverse().Select(i => SomeAlarm.Id($"old-{i}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64!")]
    [InlineData("AgAAAAAAAAAATSAaYmCjgSqoQktjKeya1w")]
    [InlineData("AX__________TSAaYmCjgSqoQktjKeya1w")]
    [InlineData("Af__________TSAaYmCjgSqoQktjKeya1w")]
    [InlineData("AQAGUH3-rYAATSAaYmCjgSqoQktjKeya1w==")]
    public async Task Refuses_a_cursor_that_it_did_not_give(string cursor)
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);

        (await store.Queries.ListAsync(new AlarmFilter(), cursor, 10, TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Fact]
    public async Task Finds_no_alarm_that_is_not_there()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);

        (await store.FindAsync(SomeAlarm.Id("none"))).ShouldBeNull();
    }

    [Fact]
    public async Task Filters_by_each_column_alone_and_by_all_together()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        AlarmRaised plain = SomeAlarm.Raised("plain");
        await store.StoreAsync(
            plain,
            SomeAlarm.Raised("type") with { Type = AlarmType.FileEscape, RuleId = "FE-02" },
            SomeAlarm.Raised("severity") with { Severity = Severity.Critical },
            SomeAlarm.Raised("node") with { Source = plain.Source with { Node = "node-2" } },
            SomeAlarm.Raised("container") with { Source = plain.Source with { ContainerId = "fedcba98765432", ContainerName = "db" } },
            SomeAlarm.Raised("image") with { Source = plain.Source with { Image = "registry.example/shop_%/db:2" } },
            SomeAlarm.Raised("early") with { At = SomeAlarm.Moment.AddDays(-1) },
            SomeAlarm.Raised("late") with { At = SomeAlarm.Moment.AddDays(1) });
        (AlarmFilter Filter, string[] Names)[] cases =
        [
            (new() { Types = [AlarmType.FileEscape] }, ["type"]),
            (new() { Types = [AlarmType.FileEscape, AlarmType.MaliciousProgram], Severities = [Severity.High] }, ["type"]),
            (new() { Severities = [Severity.Critical, Severity.Low] }, ["severity"]),
            (new() { Node = "node-2" }, ["node"]),
            (new() { Node = "node" }, []),
            (new() { Container = "db" }, ["container"]),
            (new() { Container = "fedcba" }, ["container"]),
            (new() { Container = "fedcb" }, []),
            (new() { Container = "fedcb_" }, []),
            (new() { Container = "fedcba98765432" }, ["container"]),
            (new() { Image = "registry.example/shop_%*" }, ["image"]),
            (new() { Image = "registry.example/shop_%" }, []),
            (new() { Image = "registry.example/shop_%/db:2" }, ["image"]),
            (new() { Rule = "FE-02" }, ["type"]),
            (new() { To = SomeAlarm.Moment }, ["early"]),
            (new() { From = SomeAlarm.Moment.AddSeconds(1) }, ["late"]),
            (new() { States = [AlarmState.Open], Node = "node-1", Image = "registry.example/*", Severities = [Severity.Critical] }, ["severity"]),
            (new() { Node = "x' or 'a'='a" }, []),
        ];

        foreach ((AlarmFilter filter, string[] names) in cases)
            Ids(await store.ListAsync(filter)).ShouldBe(Names(names), filter.ToString());
    }

    [Fact]
    public async Task Lets_sql_users_select_on_a_finding_by_an_index()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(
            SomeAlarm.Raised("a"), SomeAlarm.Raised("b") with { Content = [new ContentItem("seccomp", "seccomp=unconfined", Severity.Medium, "explicit")] });

        (await store.CountAsync("read.alarms where content @> array['seccomp=unconfined']")).ShouldBe(1);
        string? plan = await store.ScalarAsync<string>(
            "select string_agg(indexdef, ' ') from pg_indexes where schemaname = 'read' and indexdef like '%gin (content)%'");
        plan.ShouldNotBeNull();
    }

    private static IEnumerable<Guid> Ids(AlarmPage page) => page.Alarms.Select(alarm => alarm.Id);

    private static IEnumerable<Guid> Names(params string[] names) => names.Select(SomeAlarm.Id);
}
