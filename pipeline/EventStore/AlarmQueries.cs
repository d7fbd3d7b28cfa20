using System.Collections.Immutable;
using JasperFx.Events;
using Marten;
using Npgsql;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.EventStore.ReadModels;

namespace Pipeline.EventStore;

/// <summary>Reads the list from the flat table and single alarms from their streams.</summary>
public sealed class AlarmQueries(AlarmDatabase database) : IAlarmQueries
{
    public const int LongestPage = 500;

    public async Task<AlarmPage?> ListAsync(AlarmFilter filter, string? cursor, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        ListCursor? after = null;
        if (cursor is not null)
        {
            if (!ListCursor.TryRead(cursor, out ListCursor place)) return null;
            after = place;
        }

        return await database.InSchemaAsync(() => ReadPageAsync(filter, after, limit, cancellation), cancellation);
    }

    public Task<StoredAlarm?> FindAsync(Guid id, CancellationToken cancellation) =>
        database.InSchemaAsync(() => ReadStreamAsync(id, cancellation), cancellation);

    public async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            await database.EnsureSchemaAsync(cancellation);
            await using NpgsqlCommand command = database.Connections.CreateCommand("select 1");
            return await command.ExecuteScalarAsync(cancellation) is 1;
        }
        catch (Exception failure) when (StoreFailure.Describe(failure) is not null)
        {
            return false;
        }
    }

    private async Task<AlarmPage> ReadPageAsync(AlarmFilter filter, ListCursor? after, int limit, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Connections.CreateCommand();
        // One more than asked for tells whether there is another page.
        ListStatement.Write(command, filter, after, limit + 1);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        ImmutableArray<AlarmSummary>.Builder rows = ImmutableArray.CreateBuilder<AlarmSummary>();
        while (await reader.ReadAsync(cancellation)) rows.Add(Row(reader));
        if (rows.Count <= limit) return new AlarmPage(rows.ToImmutable(), null);
        rows.Count = limit;
        return new AlarmPage(rows.ToImmutable(), new ListCursor(rows[^1].StoredAt.UtcDateTime, rows[^1].Id).Written());
    }

    private async Task<StoredAlarm?> ReadStreamAsync(Guid id, CancellationToken cancellation)
    {
        await using IQuerySession session = database.Marten.QuerySession();
        IReadOnlyList<IEvent> stream = await session.Events.FetchStreamAsync(id, token: cancellation);
        AlarmView? view = stream.Aggregate((AlarmView?)null, (folded, e) => AlarmView.Apply(folded, (AlarmEvent)e.Data));
        return view is null ? null : new StoredAlarm(view, [.. stream.Select(e => new StoredAlarmEvent((AlarmEvent)e.Data, e.Timestamp))]);
    }

    /// <summary>In the order of <see cref="ListStatement.Columns"/>.</summary>
    internal static AlarmSummary Row(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        RowWords.Read<AlarmType>(row, 1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        RowWords.Read<Severity>(row, 5),
        RowWords.Read<Outcome>(row, 6),
        RowWords.Read<AlarmState>(row, 7),
        new AlarmSource(
            row.GetString(8), row.GetString(9), row.GetString(10), row.GetString(11), row.GetString(12), row.GetString(13), row.GetString(14), row.GetString(15), row.GetString(16)),
        row.GetString(17),
        [.. row.GetFieldValue<string[]>(18)],
        row.GetInt64(19),
        Time(row, 20),
        Time(row, 21),
        TimeOrNull(row, 22),
        Time(row, 23),
        [.. row.GetFieldValue<string[]>(24)],
        TimeOrNull(row, 25),
        row.GetString(26),
        TimeOrNull(row, 27),
        row.GetString(28).Length == 0 ? null : RowWords.Read<Verdict>(row, 28));

    private static DateTimeOffset? TimeOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : Time(row, column);

    private static DateTimeOffset Time(NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);
}
