using System.Collections.Immutable;
using JasperFx.Events;
using Marten;
using Marten.Services;
using Npgsql;
using Pipeline.Api.Ports;
using Pipeline.Domain.Policies;

namespace Pipeline.EventStore.Policies;

/// <summary>Appends to the policy's stream, one change at a time, and reads what became of it.</summary>
public sealed class PolicyStore(AlarmDatabase database) : IPolicies
{
    /// <summary>Any number that nobody else uses in this database.</summary>
    private const long ChangeLock = 0x616C61726D77;

    private const string Columns =
        "revision, policy_id, policy_version, hash, document, author, reason, changed_at, restored_revision";

    private const string Look = $"""
        select clock_timestamp(),
            (select revision from {Tables.PolicyHistory} where policy_id = $1 and policy_version = $2 and hash <> $3 limit 1)
        """;

    public Task<ImmutableArray<StoredPolicy>> HistoryAsync(int limit, CancellationToken cancellation) => database.InSchemaAsync(
        () => ReadAsync($"select {Columns} from {Tables.PolicyHistory} order by revision desc limit $1", limit, cancellation), cancellation);

    public Task<StoredPolicy?> FindAsync(int? revision, CancellationToken cancellation) =>
        database.InSchemaAsync(() => ReadOneAsync(revision, cancellation), cancellation);

    public Task<PolicyOutcome> ApplyAsync(
        PolicyDocument document, string author, string reason, int? expected, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(document);
        return ChangeAsync(document, expected, (now, next, taken) =>
        {
            if (document.Id == PolicyDocument.BuiltIn.Id && document.Version == PolicyDocument.BuiltIn.Version)
                return Refused($"id {document.Id}, version {document.Version} is the built-in policy; give it an id or a version of its own, alarms carry them");
            return taken is { } other
                ? Refused($"{document.Id} version {document.Version} was revision {other} with other content; count its version up, alarms carry it")
                : (new PolicyApplied { Revision = next, At = now, Author = author, Reason = reason, Document = document }, null);
        }, cancellation);
    }

    public Task<PolicyOutcome> RollBackAsync(int revision, string author, string reason, int? expected, CancellationToken cancellation) =>
        database.InSchemaAsync(async () =>
        {
            StoredPolicy? earlier = revision == 0 ? null : await ReadOneAsync(revision, cancellation);
            if (earlier is null && revision != 0) return new PolicyOutcome.NoSuchRevision();
            return await ChangeAsync(earlier?.Document, expected, (now, next, _) => (new PolicyRolledBack
            {
                Revision = next,
                At = now,
                Author = author,
                Reason = reason,
                Document = earlier?.Document,
                ToRevision = revision,
            }, null), cancellation);
        }, cancellation);

    public Task<ImmutableArray<StoredPolicyPosition>> PositionsAsync(string topic, int partition, int limit, CancellationToken cancellation) =>
        database.InSchemaAsync(async () =>
        {
            await using NpgsqlCommand command = database.Connections.CreateCommand($"""
                select * from (select number, from_offset, policy_id, policy_version, hash, recorded_at from {Tables.PolicyPositions}
                    where topic = $1 and partition = $2 order by number desc limit $3) as newest order by number
                """);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = topic });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partition });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            var positions = ImmutableArray.CreateBuilder<StoredPolicyPosition>();
            while (await reader.ReadAsync(cancellation))
                positions.Add(new StoredPolicyPosition(
                    topic, partition, reader.GetInt64(1), reader.GetString(2), reader.GetInt32(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5)));
            return positions.ToImmutable();
        }, cancellation);

    private static (PolicyEvent?, PolicyOutcome?) Refused(string reason) => (null, new PolicyOutcome.Refused(reason));

    /// <summary>What holds already is left as it is: a request that is sent twice changes nothing.</summary>
    private Task<PolicyOutcome> ChangeAsync(
        PolicyDocument? document, int? expected,
        Func<DateTimeOffset, int, int?, (PolicyEvent? Event, PolicyOutcome? Instead)> make, CancellationToken cancellation) =>
        database.InSchemaAsync(async () =>
        {
            await using NpgsqlConnection connection = await database.Connections.OpenConnectionAsync(cancellation);
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
            await using var turn = new NpgsqlCommand($"select pg_advisory_xact_lock({ChangeLock})", connection);
            await turn.ExecuteNonQueryAsync(cancellation);
            StoredPolicy? current = await ReadOneAsync(null, cancellation);
            int revision = current?.Revision ?? 0;
            if (current?.Document == document) return new PolicyOutcome.Holds(current ?? new StoredPolicy(0, null, "", "", default, null));
            if (expected is not null && expected != revision) return new PolicyOutcome.Changed(revision);
            (DateTimeOffset now, int? taken) = await LookAsync(connection, document, cancellation);
            (PolicyEvent? made, PolicyOutcome? instead) = make(now, revision + 1, taken);
            if (made is null) return instead!;
            await AppendAsync(transaction, made, cancellation);
            await transaction.CommitAsync(cancellation);
            return (PolicyOutcome)new PolicyOutcome.Holds((await ReadOneAsync(made.Revision, cancellation))!);
        }, cancellation);

    private async Task AppendAsync(NpgsqlTransaction transaction, PolicyEvent made, CancellationToken cancellation)
    {
        made = made with { Author = StorableText.ForEvent(made.Author), Reason = StorableText.ForEvent(made.Reason) };
        IEvent stored = made is PolicyRolledBack back ? new Event<PolicyRolledBack>(back) : new Event<PolicyApplied>((PolicyApplied)made);
        stored.Id = Guid.NewGuid();
        stored.Timestamp = made.At;
        await using IDocumentSession session = database.Marten.LightweightSession(SessionOptions.ForTransaction(transaction));
        if (made.Revision == 1) session.Events.StartStream(PolicyEvent.StreamId, stored);
        else session.Events.Append(PolicyEvent.StreamId, stored);
        await session.SaveChangesAsync(cancellation);
    }

    private static async Task<(DateTimeOffset Now, int? Taken)> LookAsync(
        NpgsqlConnection connection, PolicyDocument? document, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Look, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = document?.Id ?? "" });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = document?.Version ?? 0 });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = document?.Hash ?? "" });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetFieldValue<DateTimeOffset>(0), reader.IsDBNull(1) ? null : reader.GetInt32(1));
    }

    private async Task<StoredPolicy?> ReadOneAsync(int? revision, CancellationToken cancellation) => (await ReadAsync(
        $"select {Columns} from {Tables.PolicyHistory} where $1 < 0 or revision = $1 order by revision desc limit 1", revision ?? -1, cancellation))
        .FirstOrDefault();

    private async Task<ImmutableArray<StoredPolicy>> ReadAsync(string sql, int value, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Connections.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = value });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var found = ImmutableArray.CreateBuilder<StoredPolicy>();
        while (await reader.ReadAsync(cancellation))
        {
            string id = reader.GetString(1);
            found.Add(new StoredPolicy(
                reader.GetInt32(0), id.Length > 0 ? new PolicyDocument(id, reader.GetInt32(2), reader.GetString(4)) : null,
                reader.GetString(5), reader.GetString(6), reader.GetFieldValue<DateTimeOffset>(7), reader.IsDBNull(8) ? null : reader.GetInt32(8)));
        }

        return found.ToImmutable();
    }
}
