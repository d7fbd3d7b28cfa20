using Npgsql;
using Pipeline.Domain.Alarms;
using Pipeline.EventStore.ReadModels;

namespace Pipeline.EventStore;

/// <summary>Where an alarm stands by its row in <c>read.alarms</c>, read while its stream is locked; and the database's clock then.</summary>
/// <param name="Version">Number of its events.</param>
internal sealed record LockedAlarm(Guid Id, AlarmStanding Standing, int Version, DateTimeOffset Now)
{
    /// <summary>Of the row <c>a</c>.</summary>
    public const string Columns =
        "a.id, a.type, a.outcome, a.state, a.acknowledged_at is not null, a.assignee, a.exclusion_id, a.version, clock_timestamp()";

    public const int ColumnCount = 9;

    /// <summary>Of the row <c>a</c>: whether it wants attention.</summary>
    public const string Unresolved = "a.state in ('open', 'acknowledged')";

    /// <summary>Reads <see cref="Columns"/>, the first of which is <paramref name="from"/>.</summary>
    public static LockedAlarm Read(NpgsqlDataReader row, int from = 0) => new(
        row.GetGuid(from),
        new AlarmStanding(
            RowWords.Read<AlarmType>(row, from + 1), RowWords.Read<Outcome>(row, from + 2), RowWords.Read<AlarmState>(row, from + 3), row.GetBoolean(from + 4),
            row.GetString(from + 5), row.IsDBNull(from + 6) ? null : row.GetGuid(from + 6)),
        row.GetInt32(from + 7),
        row.GetFieldValue<DateTimeOffset>(from + 8));
}
