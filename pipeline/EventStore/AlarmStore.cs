using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Domain.Alarms;
using Pipeline.EventStore.Exclusions;
using Pipeline.EventStore.Policies;
using Pipeline.EventStore.ReadModels;
using Pipeline.Runtime.Ports;

namespace Pipeline.EventStore;

/// <summary>
/// Alarms and checkpoints in one PostgreSQL transaction. Two things make a repeated or a late commit harmless: the row of the partition is
/// locked and its
/// fencing token compared before anything is written, and event ids are hashes of what they name, so that an event that is there already is
/// left out.
/// </summary>
public sealed class AlarmStore(AlarmDatabase database, ILogger<AlarmStore> logger) : IAlarmStore
{
    /// <summary>
    /// Events in one round trip to the server: a bound on memory and on how long one statement batch runs. A larger commit takes several,
    /// in its one transaction.
    /// </summary>
    private const int EventsPerRoundTrip = 1000;

    private const string Acquire = $"""
        insert into {Tables.Checkpoints} as c (topic, partition, next_offset, token, state, updated_at) values ($1, $2, null, 1, ''::bytea, now())
        on conflict (topic, partition) do update set token = c.token + 1
        returning next_offset, state, token, reached
        """;

    private const string LockToken =
        $"select token, clock_timestamp(), next_offset from {Tables.Checkpoints} where topic = $1 and partition = $2 for no key update";
    private const string StoredEvents = $"select id from {Tables.EventSchema}.mt_events where id = any($1)";

    /// <summary>
    /// Whoever appends locks the streams first, in the order of their ids, so that commits and actions on the same alarms wait for each other
    /// instead of for a deadlock's end.
    /// </summary>
    internal const string LockStreams = $"select id from {Tables.EventSchema}.mt_streams where id = any($1) order by id for no key update";

    private const string SaveSnapshot =
        $"update {Tables.Checkpoints} set reached = $3, next_offset = $4, state = $5, updated_at = now() where topic = $1 and partition = $2";

    /// <summary>With the lock of the row, in one round trip: it changes nothing for an owner that was fenced.</summary>
    private const string SaveReached = $"""
        update {Tables.Checkpoints} set reached = $3 where topic = $1 and partition = $2 and token = $4 and reached <> $3
        """;

    public async Task<PartitionCheckpoint> AcquireAsync(PartitionId partition, CancellationToken cancellation)
    {
        await database.EnsureSchemaAsync(cancellation);
        await using NpgsqlCommand command = database.Connections.CreateCommand(Acquire);
        AddPartition(command.Parameters, partition);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        long? nextOffset = await reader.IsDBNullAsync(0, cancellation) ? null : reader.GetInt64(0);
        (ImmutableArray<PolicyPosition> policies, PolicyRevision? newest) =
            await PolicyPositions.ReadAsync(database.Connections, partition, nextOffset ?? 0, cancellation);
        var checkpoint =
            new PartitionCheckpoint(partition, nextOffset, reader.GetFieldValue<byte[]>(1), new FencingToken(reader.GetInt64(2)))
            {
                Policies = policies,
                Newest = newest,
                Reached = reader.GetInt64(3),
            };
        Log.Acquired(logger, partition, checkpoint.Token.Value, nextOffset, checkpoint.State.Length);
        return checkpoint;
    }

    public async Task<CommitOutcome> CommitAsync(PartitionCommit commit, CancellationToken cancellation)
    {
        try
        {
            await database.EnsureSchemaAsync(cancellation);
            CommitOutcome outcome = await CommitInOneTransactionAsync(commit, cancellation);
            if (outcome is CommitOutcome.Fenced) Log.Fenced(logger, commit.Partition, commit.Token.Value);
            return outcome;
        }
        catch (Exception failure) when (StoreFailure.Describe(failure) is { } reason)
        {
            if (StoreFailure.IsMissingSchema(failure)) database.DoubtSchema();
            Log.Unavailable(logger, commit.Partition, commit.Alarms.Length, reason);
            return new CommitOutcome.Unavailable(reason);
        }
    }

    private async Task<CommitOutcome> CommitInOneTransactionAsync(PartitionCommit commit, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await database.Connections.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        // Each asking for an event's id is a hash over strings, so it is asked for once.
        ImmutableArray<(Guid Id, AlarmEvent Event)> wanted = [.. commit.Alarms.Select(e => (e.EventId, e))];
        Found found = await LookAsync(connection, commit, wanted, cancellation);
        if (found.Token != commit.Token.Value) return new CommitOutcome.Fenced();

        ImmutableArray<(Guid Id, AlarmEvent Event)> fresh = [.. wanted.Where(e => !found.Events.Contains(e.Id)).DistinctBy(e => e.Id)];
        var streams = found.Streams.ToHashSet();
        foreach ((int chunk, (Guid, AlarmEvent)[] events) in fresh.Chunk(EventsPerRoundTrip).Index())
            await AppendAsync(connection, events, found.Now.AddMicroseconds(chunk * EventsPerRoundTrip), streams, cancellation);
        if (fresh.Where(e => e.Event is AlarmRaised or AlarmAmended).Select(e => e.Event.AlarmId).Distinct().ToArray() is { Length: > 0 } told)
            await ActiveExclusions.HideAsync(database, transaction, told, cancellation);
        await PolicyPositions.SaveAsync(connection, commit.Partition, commit.Policies, cancellation);
        if (commit.Snapshot is { } snapshot)
        {
            // The checkpoint tells whether an earlier try, whose answer was lost, had stored it all.
            if (snapshot.NextOffset != found.NextOffset) await InventoryRows.WriteAsync(connection, commit.Partition, snapshot.Inventory, cancellation);
            await SaveAsync(connection, commit, snapshot, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return new CommitOutcome.Committed(fresh.Length, commit.Alarms.Length - fresh.Length);
    }

    /// <summary>Locks the partition's row, sees what is stored of the commit's alarms and says how far they reach, in one round trip.</summary>
    private static async Task<Found> LookAsync(
        NpgsqlConnection connection, PartitionCommit commit, ImmutableArray<(Guid Id, AlarmEvent Event)> wanted, CancellationToken cancellation)
    {
        await using NpgsqlBatch batch = connection.CreateBatch();
        var lockToken = new NpgsqlBatchCommand(LockToken);
        AddPartition(lockToken.Parameters, commit.Partition);
        batch.BatchCommands.Add(lockToken);
        if (!wanted.IsEmpty)
        {
            batch.BatchCommands.Add(Ids(StoredEvents, wanted.Select(e => e.Id)));
            batch.BatchCommands.Add(Ids(LockStreams, wanted.Select(e => e.Event.AlarmId).Distinct()));
        }

        if (commit.Snapshot is null)
        {
            var saveReached = new NpgsqlBatchCommand(SaveReached);
            AddPartition(saveReached.Parameters, commit.Partition);
            saveReached.Parameters.Add(new NpgsqlParameter<long> { TypedValue = commit.Reached });
            saveReached.Parameters.Add(new NpgsqlParameter<long> { TypedValue = commit.Token.Value });
            batch.BatchCommands.Add(saveReached);
        }

        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation)) return Found.Nothing;
        return new Found(
            reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.IsDBNull(2) ? null : reader.GetInt64(2), await NextIdsAsync(reader, cancellation), await NextIdsAsync(reader, cancellation));
    }

    /// <summary>
    /// Events are stamped by the database's clock, read under the lock, and a microsecond apart: the list shows them in the order in which
    /// they came, and
    /// a read model that is made anew from the events is the same.
    /// </summary>
    private async Task AppendAsync(
        NpgsqlConnection connection, (Guid Id, AlarmEvent Event)[] events, DateTimeOffset now, HashSet<Guid> streams, CancellationToken cancellation)
    {
        foreach ((_, AlarmEvent e) in events)
        {
            if (streams.Add(e.AlarmId) && e is not AlarmRaised)
                throw new InvalidOperationException($"The first event of alarm {e.AlarmId} is {e.GetType().Name}; an alarm begins with {nameof(AlarmRaised)}.");
        }

        await AlarmAppend.ExecuteAsync(
            database, connection, [.. events.Select((e, position) => new StampedEvent(e.Id, e.Event, now.AddMicroseconds(position)))], cancellation);
    }

    private static async Task SaveAsync(
        NpgsqlConnection connection, PartitionCommit commit, StateSnapshot snapshot, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(SaveSnapshot, connection);
        AddPartition(command.Parameters, commit.Partition);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = commit.Reached });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = snapshot.NextOffset });
        command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = snapshot.State });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlBatchCommand Ids(string sql, IEnumerable<Guid> ids)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids] });
        return command;
    }

    private static async Task<HashSet<Guid>> NextIdsAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var ids = new HashSet<Guid>();
        if (!await reader.NextResultAsync(cancellation)) return ids;
        while (await reader.ReadAsync(cancellation)) ids.Add(reader.GetGuid(0));
        return ids;
    }

    private static void AddPartition(NpgsqlParameterCollection parameters, PartitionId partition)
    {
        parameters.Add(new NpgsqlParameter<string> { TypedValue = partition.Topic });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = partition.Partition });
    }

    /// <summary><paramref name="Token"/> is null for a partition that nobody took.</summary>
    private sealed record Found(long? Token, DateTimeOffset Now, long? NextOffset, HashSet<Guid> Events, HashSet<Guid> Streams)
    {
        public static readonly Found Nothing = new(null, default, null, [], []);
    }
}
