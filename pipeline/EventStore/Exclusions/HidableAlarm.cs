using Npgsql;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore.Exclusions;

/// <summary>An alarm's row as an exclusion's action needs it.</summary>
internal sealed record HidableAlarm(Guid Id, AlarmStanding Standing, DateTimeOffset Now)
{
    public const string Columns =
        "a.id, a.type, a.outcome, a.state, a.acknowledged_at is not null, a.assignee, a.exclusion_id, clock_timestamp()";

    public const int ColumnCount = 8;

    public const string Unresolved = "a.state in ('open', 'acknowledged')";

    /// <summary>In the order of <see cref="Columns"/>.</summary>
    public static HidableAlarm Read(NpgsqlDataReader row, int from) => new(
        row.GetGuid(from),
        new AlarmStanding(
            RowWords.Read<AlarmType>(row, from + 1), RowWords.Read<Outcome>(row, from + 2), RowWords.Read<AlarmState>(row, from + 3), row.GetBoolean(from + 4),
            row.GetString(from + 5), row.IsDBNull(from + 6) ? null : row.GetGuid(from + 6)),
        row.GetFieldValue<DateTimeOffset>(from + 7));

    public AlarmActionTaken Take(AlarmAction action, Guid exclusion, string reason) => AlarmHandling.Event(
        Id, Standing, new AlarmCommand(Guid.NewGuid(), action, ActiveExclusions.Actor, ActiveExclusions.Actor, reason, Exclusion: exclusion), Now);
}
