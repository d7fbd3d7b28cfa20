using JasperFx.Events;
using Marten;
using Marten.Services;
using Npgsql;
using Pipeline.Domain.Exclusions;

namespace Pipeline.EventStore.Exclusions;

/// <summary>Appends to the streams of exclusions, one change at a time.</summary>
internal static class ExclusionEvents
{
    /// <summary>Any number that nobody else uses in this database.</summary>
    private const long ChangeLock = 0x616C61726D76;

    private const string Look = $"""
        select clock_timestamp(), (select state from {Tables.Exclusions} where id = $1), (select count(*) from {Tables.Exclusions} where state = 'active')
        """;

    /// <returns>False when <see cref="ExclusionRules.MostAtOnce"/> hold already.</returns>
    public static Task<bool> AddAsync(AlarmDatabase database, Func<DateTimeOffset, ExclusionAdded> make, Guid id, CancellationToken cancellation) =>
        ChangeAsync(database, id, (session, now, state, active) =>
        {
            if (state is not null) return true;
            if (active >= ExclusionRules.MostAtOnce) return false;
            session.Events.StartStream(id, StoredEvent(make(now), now));
            return true;
        }, cancellation);

    /// <summary>One that has ended, or that there is not, stays as it is.</summary>
    public static Task<bool> EndAsync(
        AlarmDatabase database, Guid id, string actor, string reason, bool expired, CancellationToken cancellation) =>
        ChangeAsync(database, id, (session, now, state, _) =>
        {
            if (state != "active") return state is not null;
            var ended = new ExclusionEnded { ExclusionId = id, At = now, Actor = StorableText.ForEvent(actor), Reason = StorableText.ForEvent(reason), Expired = expired };
            session.Events.Append(id, new Event<ExclusionEnded>(ended) { Id = Guid.NewGuid(), Timestamp = now });
            return true;
        }, cancellation);

    private static Event<ExclusionAdded> StoredEvent(ExclusionAdded added, DateTimeOffset now) => new(added) { Id = Guid.NewGuid(), Timestamp = now };

    private static async Task<bool> ChangeAsync(
        AlarmDatabase database, Guid id, Func<IDocumentSession, DateTimeOffset, string?, long, bool> change, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await database.Connections.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await using var turn = new NpgsqlCommand($"select pg_advisory_xact_lock({ChangeLock})", connection);
        await turn.ExecuteNonQueryAsync(cancellation);
        (DateTimeOffset now, string? state, long active) = await LookAsync(connection, id, cancellation);
        await using IDocumentSession session = database.Marten.LightweightSession(SessionOptions.ForTransaction(transaction));
        bool done = change(session, now, state, active);
        await session.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return done;
    }

    private static async Task<(DateTimeOffset Now, string? State, long Active)> LookAsync(
        NpgsqlConnection connection, Guid id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Look, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetFieldValue<DateTimeOffset>(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetInt64(2));
    }
}
