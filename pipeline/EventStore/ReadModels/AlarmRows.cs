using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Npgsql;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore.ReadModels;

/// <summary>
/// Keeps the tables of alarms in the transaction that appends: one statement for what began, one for what changed, one for the history,
/// however many alarms there are. The same fold as <see cref="AlarmView.Apply"/>, said in a way that reads no row back; a test holds the two
/// together over many seeded lives of alarms.
/// </summary>
internal static class AlarmRows
{
    /// <param name="events">In order, storable.</param>
    /// <param name="later">For each the number of later ones of its alarm among them.</param>
    public static IEnumerable<NpgsqlBatchCommand> Of(string schema, IReadOnlyList<StampedEvent> events, int[] later)
    {
        var begun = new List<AlarmRow>();
        var changed = new Dictionary<Guid, AlarmRowChange>();
        foreach (StampedEvent e in events)
        {
            if (e.Event is AlarmRaised raised) begun.Add(AlarmRow.From(raised, e.At));
            else
                changed[e.Event.AlarmId] =
                    (changed.GetValueOrDefault(e.Event.AlarmId) ?? new AlarmRowChange { Id = e.Event.AlarmId }).And(e.Event);
        }

        AlarmStatements statements = AlarmStatements.In(schema);
        if (begun.Count > 0) yield return Command(statements.Insert, begun, RowJson.Default.ListAlarmRow);
        if (changed.Count > 0) yield return Command(statements.Update, [.. changed.Values], RowJson.Default.ListAlarmRowChange);
        yield return Command(statements.History, [.. events.Select((e, i) => HistoryRow.From(e, later[i]))], RowJson.Default.ListHistoryRow);
    }

    private static NpgsqlBatchCommand Command<TRow>(string sql, List<TRow> rows, JsonTypeInfo<List<TRow>> type)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = JsonSerializer.Serialize(rows, type) });
        return command;
    }
}
