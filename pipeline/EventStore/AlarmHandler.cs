using System.Collections.Immutable;
using Npgsql;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>
/// Appends what people and exclusions do. The alarms' streams are locked before anything is decided, as by whoever else appends, so no decision
/// rests on a state that has passed.
/// </summary>
public sealed class AlarmHandler(AlarmDatabase database) : IAlarmHandling
{
    private const string Rows = $"select {LockedAlarm.Columns} from {Tables.Alarms} a where a.id = any($1)";

    private const string StoredEvents = $"select id from {Tables.EventSchema}.mt_events where id = any($1)";

    private const string CommentsOf =
        $"select stream_id from {Tables.EventSchema}.mt_events where id = $1 and type = '{EventNames.AlarmActionTaken}' and data ->> 'action' = 'comment'";

    private const string WithdrawnOf = $"""
        select stream_id from {Tables.EventSchema}.mt_events
        where stream_id = any($2) and type = '{EventNames.AlarmActionTaken}' and data ->> 'comment' = $1::text
        """;

    public async Task<ImmutableArray<HandlingResult>> HandleAsync(
        AlarmCommand command, ImmutableArray<Guid> ids, int? version, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ids.Length, IAlarmHandling.MostAlarms);
        if (AlarmHandling.Fault(command) is { Length: > 0 } fault) throw new ArgumentException(fault, nameof(command));
        return await database.InSchemaAsync(() => InOneTransactionAsync(command, ids, version, cancellation), cancellation);
    }

    public Task<ImmutableArray<Guid>> AcceptingAsync(AlarmFilter filter, AlarmAction action, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, IAlarmHandling.MostAlarms);
        return database.InSchemaAsync(() => FindAsync(filter, action, limit, cancellation), cancellation);
    }

    private async Task<ImmutableArray<HandlingResult>> InOneTransactionAsync(
        AlarmCommand command, ImmutableArray<Guid> ids, int? version, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await database.Connections.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        Dictionary<Guid, LockedAlarm> rows = await LockAsync(connection, [.. ids.Distinct()], cancellation);
        HashSet<Guid> done = await IdsAsync(
            connection, StoredEvents, cancellation, Ids([.. rows.Keys.Select(id => AlarmActionTaken.IdOf(id, command.RequestId))]));
        HashSet<Guid> commented = command.Comment is { } comment
            ? await CommentedAsync(connection, comment, [.. rows.Keys], cancellation)
            : [];

        var events = new List<AlarmActionTaken>();
        HandlingResult[] results = [.. ids.Distinct().Select(id => Decide(command, id, version, rows.GetValueOrDefault(id), done, commented, events))];
        await StoredActions.AppendAsync(database, transaction, events, cancellation);
        await transaction.CommitAsync(cancellation);
        return [.. results];
    }

    private static HandlingResult Decide(
        AlarmCommand command, Guid id, int? version, LockedAlarm? row, HashSet<Guid> done, HashSet<Guid> commented, List<AlarmActionTaken> events)
    {
        if (row is null) return new HandlingResult.NotFound(id);
        if (done.Contains(AlarmActionTaken.IdOf(id, command.RequestId))) return new HandlingResult.Done(id, row.Version, row.Standing.State);
        if (version is not null && version != row.Version) return new HandlingResult.Changed(id, row.Version);
        if (row.Standing.WhyNot(command.Action) is { Length: > 0 } reason) return new HandlingResult.Refused(id, reason, row.Standing.State);
        if (command.Comment is not null && !commented.Contains(id))
            return new HandlingResult.Refused(id, "has no such comment, or it is withdrawn already", row.Standing.State);
        AlarmActionTaken taken = AlarmHandling.Event(id, row.Standing, command, row.Now);
        events.Add(taken);
        return new HandlingResult.Done(id, row.Version + 1, taken.State);
    }

    private static async Task<Dictionary<Guid, LockedAlarm>> LockAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellation)
    {
        await IdsAsync(connection, AlarmStore.LockStreams, cancellation, Ids(ids));
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = Rows;
        command.Parameters.Add(Ids(ids));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new Dictionary<Guid, LockedAlarm>();
        while (await reader.ReadAsync(cancellation)) rows[reader.GetGuid(0)] = LockedAlarm.Read(reader);
        return rows;
    }

    /// <summary>The alarms of which the event is a comment that stands.</summary>
    private static async Task<HashSet<Guid>> CommentedAsync(NpgsqlConnection connection, Guid comment, Guid[] alarms, CancellationToken cancellation)
    {
        HashSet<Guid> commented = await IdsAsync(connection, CommentsOf, cancellation, new NpgsqlParameter<Guid> { TypedValue = comment });
        commented.ExceptWith(await IdsAsync(
            connection, WithdrawnOf, cancellation, new NpgsqlParameter<string> { TypedValue = comment.ToString() }, Ids(alarms)));
        return commented;
    }

    private async Task<ImmutableArray<Guid>> FindAsync(AlarmFilter filter, AlarmAction action, int limit, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Connections.CreateCommand();
        ListStatement.WriteAccepting(command, filter, action, limit);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        ImmutableArray<Guid>.Builder ids = ImmutableArray.CreateBuilder<Guid>();
        while (await reader.ReadAsync(cancellation)) ids.Add(reader.GetGuid(0));
        return ids.ToImmutable();
    }

    private static async Task<HashSet<Guid>> IdsAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellation, params NpgsqlParameter[] parameters)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddRange(parameters);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellation)) ids.Add(reader.GetGuid(0));
        return ids;
    }

    private static NpgsqlParameter<Guid[]> Ids(Guid[] ids) => new() { TypedValue = ids };
}
