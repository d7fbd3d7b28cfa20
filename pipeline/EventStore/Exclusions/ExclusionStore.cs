using System.Collections.Immutable;
using Npgsql;
using Pipeline.Api.Ports;
using Pipeline.Domain.Exclusions;
using Pipeline.EventStore.ReadModels;

namespace Pipeline.EventStore.Exclusions;

/// <summary>Adds, ends and lists exclusions. What that does to alarms is <see cref="ExclusionKeeper"/>'s, which it wakes.</summary>
public sealed class ExclusionStore(AlarmDatabase database, ExclusionBell bell) : IExclusions
{
    /// <summary>Alarms that a preview shows.</summary>
    private const int Sampled = 20;

    private const string Columns = $"""
        e.id, e.conditions::text, e.reason, e.added_by, e.added_at, e.expires_at, e.state, e.ended_by, e.ended_at, e.end_reason,
        (select count(*) from {Tables.Alarms} a where a.exclusion_id = e.id)
        """;

    public Task<ExclusionPreview> PreviewAsync(ImmutableArray<ExclusionCondition> conditions, CancellationToken cancellation) =>
        database.InSchemaAsync(async () =>
        {
            await using NpgsqlCommand command = database.Connections.CreateCommand();
            string matches = ExclusionMatch.Write(command.Parameters, conditions);
            command.CommandText = $"""
                select {ListStatement.Columns}, (select count(*) from (select from {Tables.Alarms} a where {LockedAlarm.Unresolved} and {matches} limit {IExclusions.MostCounted}) as open),
                    (select count(*) from (select from {Tables.Alarms} a where not {LockedAlarm.Unresolved} and {matches} limit {IExclusions.MostCounted}) as past)
                from (select) as one left join (select * from {Tables.Alarms} a where {LockedAlarm.Unresolved} and {matches}
                    order by stored_at desc, id desc limit {Sampled}) as sample on true
                """;
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            var sample = ImmutableArray.CreateBuilder<AlarmSummary>();
            (long open, long past) = (0, 0);
            while (await reader.ReadAsync(cancellation))
            {
                (open, past) = (reader.GetInt64(reader.FieldCount - 2), reader.GetInt64(reader.FieldCount - 1));
                if (!reader.IsDBNull(0)) sample.Add(AlarmQueries.Row(reader));
            }

            return new ExclusionPreview(open, past, sample.ToImmutable());
        }, cancellation);

    public Task<StoredExclusion?> AddAsync(
        Guid id, ImmutableArray<ExclusionCondition> conditions, string actor, string reason, DateTimeOffset? expiresAt, CancellationToken cancellation) =>
        database.InSchemaAsync(async () =>
        {
            bool added = await ExclusionEvents.AddAsync(database, now => new ExclusionAdded
            {
                ExclusionId = id,
                At = now,
                Actor = StorableText.ForEvent(actor),
                Reason = StorableText.ForEvent(reason),
                Conditions = [.. conditions.Select(condition => condition with { Value = StorableText.ForEvent(condition.Value) })],
                ExpiresAt = expiresAt,
            }, id, cancellation);
            bell.Ring();
            return added ? await ReadAsync(id, cancellation) : null;
        }, cancellation);

    public Task<StoredExclusion?> RemoveAsync(Guid id, string actor, string reason, CancellationToken cancellation) =>
        database.InSchemaAsync(async () =>
        {
            bool there = await ExclusionEvents.EndAsync(database, id, actor, reason, expired: false, cancellation);
            bell.Ring();
            return there ? await ReadAsync(id, cancellation) : null;
        }, cancellation);

    public Task<ImmutableArray<StoredExclusion>> ListAsync(bool all, int limit, CancellationToken cancellation) =>
        database.InSchemaAsync(async () =>
        {
            await using NpgsqlCommand command = database.Connections.CreateCommand(
                $"select {Columns} from {Tables.Exclusions} e where $1 or e.state = 'active' order by e.added_at desc, e.id limit $2");
            command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = all });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            return await ReadAsync(command, cancellation);
        }, cancellation);

    public Task<StoredExclusion?> FindAsync(Guid id, CancellationToken cancellation) =>
        database.InSchemaAsync(() => ReadAsync(id, cancellation), cancellation);

    private async Task<StoredExclusion?> ReadAsync(Guid id, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Connections.CreateCommand($"select {Columns} from {Tables.Exclusions} e where e.id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return (await ReadAsync(command, cancellation)).FirstOrDefault();
    }

    private static async Task<ImmutableArray<StoredExclusion>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var exclusions = ImmutableArray.CreateBuilder<StoredExclusion>();
        while (await reader.ReadAsync(cancellation))
            exclusions.Add(new StoredExclusion(
                reader.GetGuid(0), ConditionsJson.Read(reader.GetString(1)), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5), RowWords.Read<ExclusionState>(reader, 6), reader.GetString(7),
                reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8), reader.GetString(9), reader.GetInt64(10)));
        return exclusions.ToImmutable();
    }
}
