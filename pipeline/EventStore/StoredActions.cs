using Npgsql;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>Appends actions, of people and of exclusions, in a transaction that has their alarms' streams locked.</summary>
internal static class StoredActions
{
    public static Task AppendAsync(
        AlarmDatabase database, NpgsqlTransaction transaction, IReadOnlyCollection<AlarmActionTaken> actions, CancellationToken cancellation) =>
        AlarmAppend.ExecuteAsync(
            database, transaction.Connection!,
            [.. actions.Select((taken, position) => new StampedEvent(taken.EventId, taken, taken.At.AddMicroseconds(position)))], cancellation);
}
