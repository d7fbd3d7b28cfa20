using Marten;
using Marten.Services;
using Npgsql;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>Appends actions, of people and of exclusions, in a transaction that has their alarms' streams locked.</summary>
internal static class StoredActions
{
    public static async Task AppendAsync(
        AlarmDatabase database, NpgsqlTransaction transaction, IReadOnlyCollection<AlarmActionTaken> actions, CancellationToken cancellation)
    {
        if (actions.Count == 0) return;
        await using IDocumentSession session = database.Marten.LightweightSession(SessionOptions.ForTransaction(transaction));
        foreach ((int position, AlarmActionTaken taken) in actions.Index())
            session.Events.Append(taken.AlarmId, StoredEvent.Of(taken.EventId, taken, taken.At.AddMicroseconds(position)));
        await session.SaveChangesAsync(cancellation);
    }
}
