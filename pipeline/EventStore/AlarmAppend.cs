using Npgsql;
using NpgsqlTypes;
using Pipeline.Domain.Alarms;
using Pipeline.EventStore.ReadModels;

namespace Pipeline.EventStore;

/// <summary>
/// Appends events to the streams of alarms, and to the read models, in one round trip of a few statements however many events there are.
/// The rows are exactly those that Marten's own append would write, which calls a function once a stream and inserts row by row: half of what
/// an alarm costs the server. Marten reads them, and tells them to subscribers.
/// </summary>
internal static class AlarmAppend
{
    private const string Streams = $"""
        insert into {Tables.EventSchema}.mt_streams as s (id, version, timestamp)
        select id, events, now() from unnest($1, $2) as told(id, events) order by id
        on conflict (id) do update set version = s.version + excluded.version, timestamp = now()
        """;

    /// <summary>
    /// Sequence numbers are drawn in the order of the events. A stream's version is already that of its last event here, so each counts back.
    /// </summary>
    private const string Events = $"""
        insert into {Tables.EventSchema}.mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
        select nextval('{Tables.EventSchema}.mt_events_sequence'), id, stream_id, version, data, type, at, dotnet_type
        from (
            select e.id, e.stream_id, s.version - e.later as version, e.data, e.type, e.at, e.dotnet_type
            from unnest($1, $2, $3, $4, $5, $6, $7) with ordinality as e(id, stream_id, later, data, type, at, dotnet_type, place)
            join {Tables.EventSchema}.mt_streams s on s.id = e.stream_id
            order by e.place
        ) as told
        """;

    /// <summary>In a transaction that has those of the alarms' streams locked that there are.</summary>
    public static async Task ExecuteAsync(
        AlarmDatabase database, NpgsqlConnection connection, IReadOnlyList<StampedEvent> events, CancellationToken cancellation)
    {
        if (events.Count == 0) return;
        StampedEvent[] storable = [.. events.Select(e => e with { Event = StorableEvent.From(e.Event) })];
        int[] later = LaterOfSameAlarm(storable);
        await using NpgsqlBatch batch = connection.CreateBatch();
        batch.BatchCommands.Add(AppendStreams(storable));
        batch.BatchCommands.Add(AppendEvents(database, storable, later));
        foreach (NpgsqlBatchCommand rows in AlarmRows.Of(Tables.ReadSchema, storable, later)) batch.BatchCommands.Add(rows);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>For each event the number of later ones of its alarm among them.</summary>
    internal static int[] LaterOfSameAlarm(ReadOnlySpan<StampedEvent> events)
    {
        var seen = new Dictionary<Guid, int>();
        int[] later = new int[events.Length];
        for (int i = events.Length - 1; i >= 0; i--)
        {
            int count = seen.GetValueOrDefault(events[i].Event.AlarmId);
            later[i] = count;
            seen[events[i].Event.AlarmId] = count + 1;
        }

        return later;
    }

    private static NpgsqlBatchCommand AppendStreams(StampedEvent[] events)
    {
        (Guid Id, int Events)[] streams = [.. events.CountBy(e => e.Event.AlarmId).Select(stream => (stream.Key, stream.Value))];
        var command = new NpgsqlBatchCommand(Streams);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. streams.Select(stream => stream.Id)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. streams.Select(stream => stream.Events)] });
        return command;
    }

    private static NpgsqlBatchCommand AppendEvents(AlarmDatabase database, StampedEvent[] events, int[] later)
    {
        var command = new NpgsqlBatchCommand(Events);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. events.Select(e => e.Id)] });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. events.Select(e => e.Event.AlarmId)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = later });
        command.Parameters.Add(new NpgsqlParameter<string[]>
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
            TypedValue = [.. events.Select(e => database.Marten.Serializer.ToJson(e.Event))],
        });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => EventNames.Of(e.Event))] });
        command.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = [.. events.Select(e => e.At.UtcDateTime)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => ClassOf(e.Event))] });
        return command;
    }

    /// <summary>As Marten writes it; only a name without a mapping would be looked up by it.</summary>
    private static string ClassOf(AlarmEvent e) => $"{e.GetType().FullName}, {e.GetType().Assembly.GetName().Name}";
}
