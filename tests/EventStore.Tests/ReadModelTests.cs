using Pipeline.Domain.Alarms;
using Testing;

namespace EventStore.Tests;

public sealed class ReadModelTests(PostgresFixture postgres)
{
    /// <summary>The counts that are kept, as one text.</summary>
    public const string Counts = """
        select string_agg(concat_ws('|', hour, type, severity, severity_rank, node, image, rule_id, alarms), E'\n'
            order by hour, type, severity, node, image, rule_id) from read.alarm_counts where alarms <> 0
        """;

    /// <summary>The same, counted from the rows.</summary>
    public const string CountedAnew = """
        select string_agg(concat_ws('|', hour, type, severity, severity_rank, node, image, rule_id, alarms), E'\n'
            order by hour, type, severity, node, image, rule_id)
        from (select date_trunc('hour', first_seen, 'UTC') as hour, type, severity, severity_rank, node, image, rule_id, count(*) as alarms
            from read.alarms group by 1, 2, 3, 4, 5, 6, 7) as counted
        """;

    public const string Techniques = """
        select string_agg(concat_ws('|', hour, technique, type, severity, node, alarms), E'\n' order by hour, technique, type, severity, node)
        from read.technique_counts where alarms <> 0
        """;

    public const string TechniquesAnew = """
        select string_agg(concat_ws('|', hour, technique, type, severity, node, alarms), E'\n' order by hour, technique, type, severity, node)
        from (select date_trunc('hour', first_seen, 'UTC') as hour, technique, type, severity, node, count(*) as alarms
            from read.alarms, unnest(attack) as technique group by 1, 2, 3, 4, 5) as counted
        """;

    [Fact]
    public async Task Counts_an_alarm_that_escalated_where_it_is_now()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);

        await store.StoreAsync(SomeAlarm.Raised("a"), SomeAlarm.Raised("b"));
        await store.StoreAsync(SomeAlarm.Escalated("a", 1, Severity.Critical));

        (await store.ScalarAsync<string>(
            "select string_agg(severity || ' ' || alarms, ', ' order by severity) from read.alarm_counts where alarms <> 0")).ShouldBe("critical 1, high 1");
        (await store.ScalarAsync<string>(
            "select string_agg(technique || ' ' || severity || ' ' || alarms, ', ' order by severity) from read.technique_counts where alarms <> 0"))
            .ShouldBe("T1610 critical 1, T1610 high 1");
    }

    [Fact]
    public async Task Tells_who_did_what_and_how_long_it_took()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.StoreAsync(SomeAlarm.Raised("a"), SomeAlarm.Raised("b"));

        await store.HandleAsync(SomeAlarm.Id("a"), new AlarmCommand(Guid.NewGuid(), AlarmAction.Acknowledge, "ann", "api", "mine"));
        await store.HandleAsync(
            SomeAlarm.Id("a"), new AlarmCommand(Guid.NewGuid(), AlarmAction.Close, "ann", "api", "a test", Verdict: Verdict.FalsePositive));

        (await store.ScalarAsync<string>("select string_agg(concat_ws(' ', actor, action, reason, detail), ', ' order by at) from read.audit_trail"))
            .ShouldBe("ann acknowledge mine acknowledged, ann close a test closed false-positive");
        (await store.ScalarAsync<string>("select concat_ws(' ', rule_id, closed, false_positive, false_positive_rate) from read.rule_verdicts"))
            .ShouldBe("AS-01 1 1 1");
        (await store.ScalarAsync<bool>(
            $"select seconds_to_resolve >= seconds_to_acknowledge and seconds_waiting is null from read.triage_times where id = '{SomeAlarm.Id("a")}'")).ShouldBeTrue();
        (await store.ScalarAsync<bool>(
            $"select seconds_to_resolve is null and seconds_waiting >= 0 from read.triage_times where id = '{SomeAlarm.Id("b")}'")).ShouldBeTrue();
    }

    [Fact]
    public async Task Keeps_the_history_of_alarms_from_which_a_commit_tells_several_events()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);

        await store.StoreAsync(SomeAlarm.Raised("a"), SomeAlarm.Raised("b"), SomeAlarm.Recurred("a", 1, 5), SomeAlarm.Escalated("a", 2, Severity.Critical));

        (await store.ScalarAsync<string>(
            $"select string_agg(concat_ws(' ', version, kind, severity, occurrences), ', ' order by version) from read.alarm_history where alarm_id = '{SomeAlarm.Id("a")}'"))
            .ShouldBe("1 raised high 1, 2 recurred  5, 3 escalated critical");
    }
}
