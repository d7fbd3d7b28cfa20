using System.Buffers;
using System.Collections.Immutable;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Runtime.Ports;
using Pipeline.Schemas;
using Testing;

namespace EventStore.Tests;

/// <summary>The flat table is a second telling of the fold: whatever happens to alarms, in whatever commits, the two agree.</summary>
public sealed class AlarmLifeTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Row_says_what_the_fold_says_over_many_lives(int seed)
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        var random = new Random(seed);
        FencingToken token = (await store.AcquireAsync()).Token;
        AlarmEvent[] events = Interleaved(random, [.. Enumerable.Range(0, 100).Select(i => Life(random, $"{i}"))]);

        for (int at = 0; at < events.Length;)
        {
            int count = Math.Min(1 + random.Next(60), events.Length - at);
            (await store.CommitAsync(token, [.. events[at..(at + count)]])).ShouldBe(new CommitOutcome.Committed(count, 0));
            at += count;
        }

        AlarmPage page = await store.ListAsync(limit: 500);
        page.Alarms.Length.ShouldBe(100);
        Dictionary<Guid, AlarmSnapshot> told = await store.SnapshotsAsync([.. page.Alarms.Select(row => row.Id)]);
        foreach (AlarmSummary row in page.Alarms)
        {
            StoredAlarm alarm = (await store.FindAsync(row.Id)).ShouldNotBeNull();
            AlarmEvent[] life = [.. events.Where(e => e.AlarmId == row.Id)];
            alarm.History.Select(e => e.Event.EventId).ShouldBe(life.Select(e => e.EventId));
            AlarmView view = life.Aggregate((AlarmView?)null, AlarmView.Apply)!;
            Facts(alarm.View).ShouldBe(Facts(view));
            (row.Severity, row.Outcome, row.Occurrences, row.FirstSeen, row.LastSeen, row.ConfirmedAt, row.State).ShouldBe(Facts(view));
            (row.AcknowledgedAt, row.Assignee, row.ResolvedAt, row.Verdict)
                .ShouldBe((view.AcknowledgedAt, view.Assignee, view.Resolution?.At, view.Resolution?.Verdict));
            (await store.ScalarAsync<string>(
                $"select concat_ws('|', resolved_by, resolution_reason, exclusion_id) from read.alarms where id = '{row.Id}'"))
                .ShouldBe($"{view.Resolution?.By}|{view.Resolution?.Reason}{(view.Resolution?.Exclusion is { } exclusion ? $"|{exclusion}" : "")}");
            row.Source.ShouldBe(view.Raised.Source);
            StateRecord(told[row.Id]).ShouldBe(StateRecord(AlarmSnapshot.Of(view, row.StoredAt)), "what the alarm-state topic is given");
            row.StoredAt.ShouldBe(alarm.History[0].StoredAt);
            (await store.ScalarAsync<int>($"select version from read.alarms where id = '{row.Id}'")).ShouldBe(view.Version);
            (await store.ScalarAsync<string>(
                $"select string_agg(event_id::text, ',' order by version) || ' ' || max(version) from read.alarm_history where alarm_id = '{row.Id}'"))
                .ShouldBe($"{string.Join(',', life.Select(e => e.EventId))} {life.Length}");
        }

        (await store.ScalarAsync<string>(ReadModelTests.Counts)).ShouldBe(await store.ScalarAsync<string>(ReadModelTests.CountedAnew));
        (await store.ScalarAsync<string>(ReadModelTests.Techniques)).ShouldBe(await store.ScalarAsync<string>(ReadModelTests.TechniquesAnew));
    }

    private static string StateRecord(AlarmSnapshot alarm)
    {
        var record = new ArrayBufferWriter<byte>();
        AlarmStateCodec.Encode(alarm, record);
        return Convert.ToHexStringLower(record.WrittenSpan);
    }

    private static (Severity, Outcome, long, DateTimeOffset, DateTimeOffset, DateTimeOffset?, AlarmState) Facts(AlarmView view) =>
        (view.Severity, view.Outcome, view.Occurrences, view.FirstSeen, view.LastSeen, view.ConfirmedAt, view.State);

    private static AlarmEvent[] Life(Random random, string name)
    {
        var life =
            new List<AlarmEvent> { SomeAlarm.Raised(name) with { At = Time(random), Severity = Any<Severity>(random), Outcome = Any<Outcome>(random) } };
        for (int ordinal = 1; ordinal <= random.Next(16); ordinal++)
        {
            life.Add(random.Next(8) switch
            {
                > 3 => Action(random, life),
                0 => SomeAlarm.Confirmed(name, ordinal) with { At = Time(random) },
                3 => SomeAlarm.Amended(name, ordinal, $"image-{random.Next(5)}") with { At = Time(random) },
                1 => SomeAlarm.Recurred(name, ordinal, 1 + random.Next(1000)) with { At = Time(random) },
                _ => SomeAlarm.Escalated(name, ordinal, Any<Severity>(random)) with { At = Time(random), Outcome = Any<Outcome>(random) },
            });
        }

        return [.. life];
    }

    /// <summary>One that the alarm accepts where it stands.</summary>
    private static AlarmActionTaken Action(Random random, List<AlarmEvent> life)
    {
        AlarmStanding standing = life.Aggregate((AlarmView?)null, AlarmView.Apply)!.Standing();
        AlarmAction action = random.GetItems([.. standing.AcceptedActions()], 1)[0];
        var command = new AlarmCommand(
            new Guid(random.GetItems(Enumerable.Range(0, 256).Select(i => (byte)i).ToArray(), 16)), action, $"analyst-{random.Next(3)}", "api", $"because {random.Next(5)}",
            action == AlarmAction.Assign ? $"analyst-{random.Next(3)}" : "",
            action == AlarmAction.Close ? Any<Verdict>(random) : null,
            action is AlarmAction.Whitelist or AlarmAction.Unwhitelist ? SomeAlarm.Id($"exclusion-{random.Next(3)}") : null,
            action == AlarmAction.WithdrawComment ? SomeAlarm.Id("comment") : null);
        AlarmHandling.Fault(command).ShouldBeEmpty();
        return AlarmHandling.Event(life[0].AlarmId, standing, command, Time(random));
    }

    /// <summary>Mixes lives, each in its own order.</summary>
    private static AlarmEvent[] Interleaved(Random random, ImmutableArray<AlarmEvent[]> lives)
    {
        int[] order = [.. lives.SelectMany((life, i) => Enumerable.Repeat(i, life.Length))];
        random.Shuffle(order);
        int[] told = new int[lives.Length];
        return [.. order.Select(i => lives[i][told[i]++])];
    }

    /// <summary>Event times of a node may go back; to the microsecond, as PostgreSQL keeps them, and in any offset.</summary>
    private static DateTimeOffset Time(Random random) =>
        SomeAlarm.Moment.AddMicroseconds(random.NextInt64(86_400_000_000)).ToOffset(TimeSpan.FromHours(random.Next(-3, 4)));

    private static TWord Any<TWord>(Random random) where TWord : struct, Enum => random.GetItems(Enum.GetValues<TWord>(), 1)[0];
}
