using System.Collections.Immutable;
using Npgsql;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Exclusions;

namespace Pipeline.EventStore.Exclusions;

/// <summary>
/// Brings what is hidden in line with the exclusions that hold: ends those whose time has come, shows what ended ones hide, hides the open
/// alarms that match. Each step is a commit of its own over a bounded number of alarms and is decided on what is there, so a pass may stop
/// anywhere and be made again; of several processes one makes it at a time.
/// </summary>
public sealed class ExclusionKeeper(AlarmDatabase database)
{
    /// <summary>Alarms in one commit: what detectors have to say of them waits for its end.</summary>
    private const int AlarmsPerStep = 500;

    /// <summary>Any number that nobody else uses in this database.</summary>
    private const long PassLock = 0x616C61726D75;

    private const string Due =
        $"select id from {Tables.Exclusions} where state = 'active' and expires_at <= clock_timestamp() order by expires_at limit $1";

    private const string ToShow = $"""
        select a.id from {Tables.Alarms} a join {Tables.Exclusions} e on e.id = a.exclusion_id
        where a.state = 'whitelisted' and e.state <> 'active' order by a.id limit $1
        """;

    private const string Shown = $"""
        select {LockedAlarm.Columns}, e.end_reason from {Tables.Alarms} a join {Tables.Exclusions} e on e.id = a.exclusion_id
        where a.id = any($1) and a.state = 'whitelisted' and e.state <> 'active'
        """;

    /// <summary>One pass. Throws when the store is away.</summary>
    /// <returns>How many alarms it hid or showed; 0 also when another process is at it.</returns>
    public async Task<int> PassAsync(CancellationToken cancellation)
    {
        await using NpgsqlConnection turn = await database.Connections.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction held = await turn.BeginTransactionAsync(cancellation);
        await using NpgsqlCommand take = new($"select pg_try_advisory_xact_lock({PassLock})", turn);
        if (await take.ExecuteScalarAsync(cancellation) is not true) return 0;

        foreach (Guid due in await IdsAsync(Due, [], cancellation))
            await ExclusionEvents.EndAsync(database, due, "expiry", "Its time has come.", expired: true, cancellation);
        int changed = await AllAsync(ToShow, [], ShowAsync, cancellation);
        foreach (ImmutableArray<ExclusionCondition> conditions in await ActiveAsync(cancellation))
        {
            using var values = new NpgsqlCommand();
            string matching = $"select a.id from {Tables.Alarms} a where {LockedAlarm.Unresolved} "
                + $"and {ExclusionMatch.Write(values.Parameters, conditions)} order by a.id limit ${values.Parameters.Count + 1}";
            changed += await AllAsync(
                matching, [.. values.Parameters.Select(value => value.Clone())],
                (transaction, alarms) => ActiveExclusions.HideAsync(database, transaction, alarms, cancellation), cancellation);
        }

        return changed;
    }

    /// <summary>Step after step, until one finds nothing to do.</summary>
    private async Task<int> AllAsync(
        string find, NpgsqlParameter[] values, Func<NpgsqlTransaction, Guid[], Task<int>> step, CancellationToken cancellation)
    {
        int all = 0;
        while (await IdsAsync(find, values, cancellation) is { Length: > 0 } alarms)
        {
            await using NpgsqlConnection connection = await database.Connections.OpenConnectionAsync(cancellation);
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
            await using var streams = new NpgsqlCommand(AlarmStore.LockStreams, connection)
            {
                Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = alarms } },
            };
            await streams.ExecuteNonQueryAsync(cancellation);
            int done = await step(transaction, alarms);
            await transaction.CommitAsync(cancellation);
            if (done == 0) break;
            all += done;
        }

        return all;
    }

    private async Task<int> ShowAsync(NpgsqlTransaction transaction, Guid[] alarms)
    {
        var shown = new List<AlarmActionTaken>();
        await using (var command = new NpgsqlCommand(Shown, transaction.Connection))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = alarms });
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                LockedAlarm alarm = LockedAlarm.Read(reader, 0);
                shown.Add(ActiveExclusions.Action(
                    alarm, AlarmAction.Unwhitelist, alarm.Standing.Exclusion!.Value, reader.GetString(LockedAlarm.ColumnCount)));
            }
        }

        await StoredActions.AppendAsync(database, transaction, shown, CancellationToken.None);
        return shown.Count;
    }

    private async Task<List<ImmutableArray<ExclusionCondition>>> ActiveAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Connections.CreateCommand(ActiveExclusions.Active);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var active = new List<ImmutableArray<ExclusionCondition>>();
        while (await reader.ReadAsync(cancellation)) active.Add(ConditionsJson.Read(reader.GetString(1)));
        return active;
    }

    /// <summary>The last parameter is how many at most.</summary>
    private async Task<Guid[]> IdsAsync(string sql, NpgsqlParameter[] values, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Connections.CreateCommand(sql);
        command.Parameters.AddRange(values.Select(value => value.Clone()).ToArray());
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = AlarmsPerStep });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(cancellation)) ids.Add(reader.GetGuid(0));
        return [.. ids];
    }
}
