using System.Text;
using Confluent.Kafka;
using Pipeline.Domain.Alarms;
using Testing;

namespace Publishing.Tests;

public sealed class AlarmTopicTests(PostgresFixture postgres, LogFixture log)
{
    private readonly string _topic = LogFixture.UniqueName("alarms");

    [Fact]
    public async Task Publishes_every_stored_event_in_the_order_in_which_it_was_stored()
    {
        await using PublishingProcess process = await StartAsync(await postgres.CreateDatabaseAsync());
        AlarmEvent[] stored =
        [
            SomeAlarm.Raised("a"), SomeAlarm.Raised("b"), SomeAlarm.Recurred("a", 1, 2), SomeAlarm.Confirmed("b", 1), SomeAlarm.Escalated("a", 2, Severity.Critical),
        ];
        await process.StoreAsync(stored[..2]);
        await process.StoreAsync(stored[2..]);

        using var reader = new TopicReader(log.BootstrapServers, _topic);
        IReadOnlyList<Message<byte[], byte[]>> messages = await reader.ReadAsync(stored.Length);

        // Within an alarm the order is that of its stream; two alarms of one commit may change places.
        foreach (IGrouping<Guid, AlarmEvent> alarm in stored.GroupBy(e => e.AlarmId))
            messages.Select(TopicReader.Decode).Where(e => e.AlarmId == alarm.Key).Select(e => e.EventId).ShouldBe(alarm.Select(e => e.EventId));
        long[] sequences = [.. messages.Select(message => long.Parse(TopicReader.Header(message, "ce_sequence")))];
        sequences.ShouldBe(sequences.Order());
    }

    [Fact]
    public async Task Says_in_headers_what_a_consumer_needs_to_route_and_to_drop_a_redelivery()
    {
        await using PublishingProcess process = await StartAsync(await postgres.CreateDatabaseAsync());
        AlarmRaised raised = SomeAlarm.Raised("a");
        AlarmRecurred recurred = SomeAlarm.Recurred("a", 1, 2);
        await process.StoreAsync(raised);
        await process.StoreAsync(recurred);

        using var reader = new TopicReader(log.BootstrapServers, _topic);
        IReadOnlyList<Message<byte[], byte[]>> messages = await reader.ReadAsync(2);

        Message<byte[], byte[]> second = messages[1];
        Encoding.UTF8.GetString(second.Key).ShouldBe(raised.Source.ContainerId, "the container, also of an event that does not name it");
        TopicReader.Header(second, "content-type").ShouldBe("application/avro");
        TopicReader.Header(second, "ce_time").ShouldBe("2026-03-01T10:00:01.0000000Z");
        TopicReader.Header(second, "ce_dataschema").ShouldBe("urn:avro:alarms:2");
        TopicReader.Header(second, "ce_specversion").ShouldBe("1.0");
        TopicReader.Header(second, "ce_id").ShouldBe(recurred.EventId.ToString());
        TopicReader.Header(second, "ce_source").ShouldBe("/nodes/node-1");
        TopicReader.Header(second, "ce_type").ShouldBe("pipeline.alarm.recurred");
        TopicReader.Header(second, "ce_subject").ShouldBe(raised.AlarmId.ToString());
        TopicReader.Header(second, "ce_version").ShouldBe("2");
        TopicReader.Header(second, "traceparent").ShouldMatch($"^00-{raised.AlarmId:N}-[0-9a-f]{{16}}-01$");
        second.Timestamp.UtcDateTime.ShouldBe(recurred.At.UtcDateTime, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Says_how_each_alarm_stands_under_its_id()
    {
        await using PublishingProcess process = await StartAsync(await postgres.CreateDatabaseAsync());
        await process.StoreAsync(SomeAlarm.Raised("a"), SomeAlarm.Raised("b"));
        await process.StoreAsync(SomeAlarm.Recurred("a", 1, 7));

        using var reader = new TopicReader(log.BootstrapServers, _topic + "-state");
        Dictionary<string, Avro.Generic.GenericRecord> newest = [];
        for (int read = 1; newest.GetValueOrDefault($"{SomeAlarm.Id("a")}") is not { } a || (int)a["version"] < 2; read++)
        {
            Message<byte[], byte[]> message = (await reader.ReadAsync(read))[^1];
            newest[Encoding.UTF8.GetString(message.Key)] = TopicReader.DecodeState(message);
            TopicReader.Header(message, "ce_type").ShouldBe("pipeline.alarm.state");
        }

        Avro.Generic.GenericRecord state = newest[$"{SomeAlarm.Id("a")}"];
        state["id"].ShouldBe($"{SomeAlarm.Id("a")}");
        (state["occurrences"], state["severity"], state["state"], state["content"], state["container_name"])
            .ShouldBe((7L, "high", "open", "privileged:true", "web"));
        state["first_seen"].ShouldBe(SomeAlarm.Moment.UtcDateTime);
        state["acknowledged_at"].ShouldBeNull();
    }

    [Fact]
    public async Task Goes_on_where_an_earlier_process_ended()
    {
        string database = await postgres.CreateDatabaseAsync();
        using var reader = new TopicReader(log.BootstrapServers, _topic);
        await using (PublishingProcess first = await StartAsync(database))
        {
            await first.StoreAsync(SomeAlarm.Raised("a"));
            await reader.ReadAsync(1);
        }

        await using PublishingProcess second = await StartAsync(database);
        await second.StoreAsync(SomeAlarm.Recurred("a", 1, 2), SomeAlarm.Raised("b"));

        IReadOnlyList<Message<byte[], byte[]>> messages = await reader.ReadAsync(3);
        messages.Select(message => TopicReader.Header(message, "ce_id")).Distinct().Order().ShouldBe(
            new[] { SomeAlarm.Raised("a").EventId, SomeAlarm.Recurred("a", 1, 2).EventId, SomeAlarm.Raised("b").EventId }.Select(id => id.ToString()).Order());
    }

    [Fact]
    public async Task Publishes_from_one_process_while_others_stand_by()
    {
        string database = await postgres.CreateDatabaseAsync();
        await using PublishingProcess one = await StartAsync(database);
        await using PublishingProcess other = await StartAsync(database);
        AlarmRaised[] alarms = [.. Enumerable.Range(0, 50).Select(i => SomeAlarm.Raised($"alarm {i}"))];
        foreach (AlarmRaised alarm in alarms) await one.StoreAsync(alarm);

        using var reader = new TopicReader(log.BootstrapServers, _topic);
        IReadOnlyList<Message<byte[], byte[]>> messages = await reader.ReadAsync(alarms.Length);
        messages.Select(message => TopicReader.Header(message, "ce_id")).ShouldBe(alarms.Select(alarm => alarm.EventId.ToString()));
    }

    [Theory]
    [MemberData(nameof(LogServer.Kinds), MemberType = typeof(LogServer))]
    public async Task Loses_nothing_while_the_broker_is_away(LogKind kind)
    {
        await using LogServer broker = await LogServer.StartAsync(kind);
        Assert.SkipWhen(broker.Unstoppable is not null, broker.Unstoppable ?? "");
        await using PublishingProcess process = await PublishingProcess.StartAsync(await postgres.CreateDatabaseAsync(), broker.BootstrapServers, _topic);
        using var reader = new TopicReader(broker.BootstrapServers, _topic);
        await process.StoreAsync(SomeAlarm.Raised("before"));
        await reader.ReadAsync(1);

        await broker.StopAsync();
        await process.StoreAsync(SomeAlarm.Raised("during"));
        await process.StoreAsync(SomeAlarm.Recurred("during", 1, 2));
        await broker.StartAsync();

        string[] all = [.. new[] { SomeAlarm.Raised("before").EventId, SomeAlarm.Raised("during").EventId, SomeAlarm.Recurred("during", 1, 2).EventId }.Select(id => $"{id}")];
        await Eventually.GetAsync(
            async () => (await reader.ReadAsync(3)).Select(message => TopicReader.Header(message, "ce_id")).Distinct(),
            seen => seen.SequenceEqual(all),
            "each event, in order");
    }

    private Task<PublishingProcess> StartAsync(string database) => PublishingProcess.StartAsync(database, log.BootstrapServers, _topic);
}
