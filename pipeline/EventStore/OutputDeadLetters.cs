using Npgsql;
using Pipeline.Runtime.Ports;

namespace Pipeline.EventStore;

/// <summary>The table of what outputs gave up on.</summary>
public sealed class OutputDeadLetters(AlarmDatabase database) : IOutputDeadLetters
{
    private const string Insert = $"""
        insert into {Tables.DeadLetters} (output, event_id, alarm_id, sequence, reason, attempts, given_up_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
        """;

    public async Task KeepAsync(IReadOnlyList<OutputDeadLetter> letters, CancellationToken cancellation)
    {
        await database.EnsureSchemaAsync(cancellation);
        await using NpgsqlConnection connection = await database.Connections.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        foreach (OutputDeadLetter letter in letters)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Insert)
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = letter.Output },
                    new NpgsqlParameter<Guid> { TypedValue = letter.EventId },
                    new NpgsqlParameter<Guid> { TypedValue = letter.AlarmId },
                    new NpgsqlParameter<long> { TypedValue = letter.Sequence },
                    new NpgsqlParameter<string> { TypedValue = StorableText.ForColumn(StorableText.ForEvent(letter.Reason)) },
                    new NpgsqlParameter<int> { TypedValue = letter.Attempts },
                    new NpgsqlParameter<DateTimeOffset> { TypedValue = letter.GivenUpAt },
                },
            });
        }

        await batch.ExecuteNonQueryAsync(cancellation);
    }
}
