using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Npgsql;
using Pipeline.Api.Ports;

namespace Pipeline.EventStore;

/// <summary>
/// Asks the store again and again what is new. It does not wait for transactions that took earlier numbers and are not committed yet, but
/// looks for theirs too: within an alarm the order is that of its stream, and that is all that a view of how alarms stand needs.
/// </summary>
public sealed class AlarmChanges(AlarmDatabase database, TimeProvider time) : IAlarmChanges
{
    private const string NewestNumbers = $"select seq_id from {Tables.EventSchema}.mt_events order by seq_id desc limit 1000";

    private const string NewEvents = $"""
        (select seq_id, stream_id, version from {Tables.EventSchema}.mt_events where seq_id > $1 order by seq_id limit {EventsPerPage})
        union all
        (select seq_id, stream_id, version from {Tables.EventSchema}.mt_events where seq_id = any($2))
        """;

    private const string EventsPerPage = "1000";

    private const string Rows = $"select {ListStatement.Columns} from {Tables.Alarms} where id = any($1)";

    private const string Since = $"select stream_id from {Tables.EventSchema}.mt_events where seq_id > $1 order by seq_id limit $2";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan OutagePause = TimeSpan.FromSeconds(1);

    public async IAsyncEnumerable<ChangePage> FollowAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        SequenceTail? tail = null;
        while (true)
        {
            ChangePage? page = null;
            TimeSpan pause = Pause;
            try
            {
                await database.EnsureSchemaAsync(cancellation);
                if (tail is null)
                {
                    tail = new SequenceTail(await NumbersAsync(cancellation), time.GetUtcNow());
                    page = new ChangePage(tail.Position, []);
                }
                else
                {
                    page = await NextAsync(tail, cancellation);
                }
            }
            catch (Exception failure) when (StoreFailure.Describe(failure) is not null)
            {
                if (StoreFailure.IsMissingSchema(failure)) database.DoubtSchema();
                pause = OutagePause;
            }

            if (page is not null) yield return page;
            else await Task.Delay(pause, time, cancellation);
        }
    }

    public Task<ImmutableArray<AlarmSummary>?> SinceAsync(long position, int most, CancellationToken cancellation) =>
        database.InSchemaAsync<ImmutableArray<AlarmSummary>?>(
            async () =>
            {
                var ids = new List<Guid>();
                await using (NpgsqlCommand command = database.Connections.CreateCommand(Since))
                {
                    command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
                    command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most + 1 });
                    await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
                    while (await reader.ReadAsync(cancellation)) ids.Add(reader.GetGuid(0));
                }

                return ids.Count > most ? null : await RowsAsync([.. ids.Distinct()], cancellation);
            },
            cancellation);

    /// <returns>Null when there is nothing new.</returns>
    private async Task<ChangePage?> NextAsync(SequenceTail tail, CancellationToken cancellation)
    {
        List<(long Number, Guid Stream, long Version)> events = await EventsAsync(tail, cancellation);
        if (events.Count == 0)
        {
            tail.Forget(time.GetUtcNow());
            return null;
        }

        HashSet<Guid> begun = [.. events.Where(e => e.Version == 1).Select(e => e.Stream)];
        ImmutableArray<AlarmSummary> alarms = await RowsAsync([.. events.Select(e => e.Stream).Distinct()], cancellation);
        tail.Take(events.Select(e => e.Number), time.GetUtcNow());
        return new ChangePage(tail.Position, [.. alarms.Select(alarm => new ChangedAlarm(alarm, begun.Contains(alarm.Id)))]);
    }

    private async Task<List<(long Number, Guid Stream, long Version)>> EventsAsync(SequenceTail tail, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Connections.CreateCommand(NewEvents);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = tail.High });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = tail.Missing });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var events = new List<(long, Guid, long)>();
        while (await reader.ReadAsync(cancellation)) events.Add((reader.GetInt64(0), reader.GetGuid(1), reader.GetInt64(2)));
        return events;
    }

    private async Task<List<long>> NumbersAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Connections.CreateCommand(NewestNumbers);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var numbers = new List<long>();
        while (await reader.ReadAsync(cancellation)) numbers.Add(reader.GetInt64(0));
        return numbers;
    }

    private async Task<ImmutableArray<AlarmSummary>> RowsAsync(Guid[] ids, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Connections.CreateCommand(Rows);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        ImmutableArray<AlarmSummary>.Builder rows = ImmutableArray.CreateBuilder<AlarmSummary>(ids.Length);
        while (await reader.ReadAsync(cancellation)) rows.Add(AlarmQueries.Row(reader));
        return rows.DrainToImmutable();
    }
}
