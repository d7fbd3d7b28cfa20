using System.Text;
using Npgsql;
using Pipeline.Domain.Alarms;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Pipeline.EventStore.ReadModels;

/// <summary>
/// Makes the tables of alarms anew from the events while the old ones are served and written: into a schema beside, by the statements that keep
/// the served ones, then what was stored meanwhile, and at last the two change places in one transaction. Every pass reads in one snapshot, in which
/// each stream is whole up to some version, so what a row lacks are exactly the events above its version.
/// </summary>
public sealed class AlarmRebuild(AlarmDatabase database)
{
    /// <summary>The tables that are made anew, all of them together.</summary>
    public static IReadOnlyList<string> TableNames { get; } = [Tables.Alarms, Tables.History, Tables.Counts, Tables.Techniques];

    private const string Shadow = "read_next";
    private const string Old = "read_old";
    private const int EventsPerPage = 2000;

    /// <summary>A pass of no more than this is the last before the places are changed.</summary>
    private const long FewEvents = 2000;

    /// <summary>Any number that nobody else uses in this database.</summary>
    private const long RebuildLock = 0x616C61726D77;

    private const string Everything = $"""
        select e.id, e.type, e.data::text, e.timestamp from {Tables.EventSchema}.mt_events e where e.type like 'alarm-%' order by e.seq_id
        """;

    private const string Missing = $"""
        select e.id, e.type, e.data::text, e.timestamp
        from {Tables.EventSchema}.mt_streams s left join {Shadow}.alarms a on a.id = s.id
        join {Tables.EventSchema}.mt_events e on e.stream_id = s.id and e.version > coalesce(a.version, 0)
        where s.version > coalesce(a.version, 0) and e.type like 'alarm-%' order by e.seq_id
        """;

    /// <summary>Runs to the end, or leaves the served tables as they are. One at a time on a database.</summary>
    /// <param name="progress">Told the number of events so far, after each page.</param>
    /// <returns>Number of events; null when another rebuild is under way.</returns>
    public async Task<long?> RunAsync(IProgress<long>? progress, CancellationToken cancellation)
    {
        await database.EnsureSchemaAsync(cancellation);
        await using NpgsqlConnection turn = await OpenAsync(cancellation);
        if (await ScalarAsync(turn, $"select pg_try_advisory_lock({RebuildLock})", cancellation) is not true) return null;
        await ExecuteAsync(turn, $"drop schema if exists {Shadow} cascade; create schema {Shadow}", cancellation);
        foreach (Table table in Tables.OfAlarms(Shadow)) await ExecuteAsync(turn, Creation(table), cancellation);

        long told = await PassAsync(turn, Everything, 0, progress, cancellation);
        await ExecuteAsync(turn, $"analyze {Shadow}.alarms", cancellation);
        for (long more = long.MaxValue; more > FewEvents;)
        {
            more = await PassAsync(turn, Missing, told, progress, cancellation) - told;
            told += more;
        }

        await SwapAsync(turn, told, progress, cancellation);
        await ExecuteAsync(turn, $"drop schema {Old} cascade; drop schema {Shadow} cascade; select pg_advisory_unlock({RebuildLock})", cancellation);
        return told;
    }

    /// <summary>
    /// Whoever has written waits no more and is seen; whoever comes next waits, and writes to the tables that bear the names then. Columns, keys
    /// and indexes keep their names, for they go with the tables.
    /// </summary>
    private async Task SwapAsync(NpgsqlConnection connection, long told, IProgress<long>? progress, CancellationToken cancellation)
    {
        await using NpgsqlTransaction swap = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({AlarmDatabase.SchemaLock}); "
            + $"lock table {string.Join(", ", TableNames)} in access exclusive mode", cancellation);
        await PassAsync(connection, Missing, told, progress, cancellation);
        IEnumerable<string> moves = TableNames.Select(name => name[(Tables.ReadSchema.Length + 1)..]).Select(name =>
            $"alter table {Tables.ReadSchema}.{name} set schema {Old}; alter table {Shadow}.{name} set schema {Tables.ReadSchema};");
        await ExecuteAsync(connection, $"create schema {Old}; {string.Join(' ', moves)} {SchemaDetails.ViewsAnew} {SchemaDetails.Sql}", cancellation);
        await swap.CommitAsync(cancellation);
    }

    /// <summary>Reads on one connection, in one snapshot, and writes on the other.</summary>
    private async Task<long> PassAsync(
        NpgsqlConnection writer, string sql, long told, IProgress<long>? progress, CancellationToken cancellation)
    {
        // The last pass has to see what its own transaction's locks let through: a new snapshot of another session does.
        await using NpgsqlConnection reader = await OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, reader) { CommandTimeout = 0 };
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellation);
        var page = new List<StampedEvent>(EventsPerPage);
        while (await rows.ReadAsync(cancellation))
        {
            page.Add(new StampedEvent(rows.GetGuid(0), Read(rows.GetString(1), rows.GetString(2)), rows.GetFieldValue<DateTimeOffset>(3)));
            if (page.Count < EventsPerPage) continue;
            told = await WriteAsync(writer, page, told, progress, cancellation);
        }

        return await WriteAsync(writer, page, told, progress, cancellation);
    }

    private static async Task<long> WriteAsync(
        NpgsqlConnection writer, List<StampedEvent> page, long told, IProgress<long>? progress, CancellationToken cancellation)
    {
        if (page.Count == 0) return told;
        StampedEvent[] events = [.. page];
        page.Clear();
        await using NpgsqlBatch batch = writer.CreateBatch();
        foreach (NpgsqlBatchCommand rows in AlarmRows.Of(Shadow, events, AlarmAppend.LaterOfSameAlarm(events))) batch.BatchCommands.Add(rows);
        await batch.ExecuteNonQueryAsync(cancellation);
        progress?.Report(told + events.Length);
        return told + events.Length;
    }

    private AlarmEvent Read(string type, string data) => (AlarmEvent)database.Marten.Serializer.FromJson(
        EventNames.ClassOf(type), new MemoryStream(Encoding.UTF8.GetBytes(data)));

    private static string Creation(Table table)
    {
        using var sql = new StringWriter();
        table.WriteCreateStatement(new PostgresqlMigrator(), sql);
        return sql.ToString();
    }

    /// <summary>Without the bounds of a commit: a pass may take its time.</summary>
    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        NpgsqlConnection connection = await database.Connections.OpenConnectionAsync(cancellation);
        await ExecuteAsync(connection, "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0", cancellation);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }
}
