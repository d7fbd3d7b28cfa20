using Npgsql;
using Pipeline.Domain.Alarms;
using Pipeline.EventStore.ReadModels;

namespace Pipeline.EventStore.Subscriptions;

/// <summary>Alarms as they stand: from the list, which is kept in the transaction that appends, so that it never lags behind an event.</summary>
public sealed class SnapshotReader(NpgsqlDataSource connections)
{
    private const string Rows = $"""
        select id, version, type, rule_id, rule_version, class_id, title, severity, outcome, state, node, boot, container_id, container_name, image,
            image_digest, namespace, pod, workload, subject, content, attack, labels, process, command_line, occurrences, first_seen, last_seen,
            confirmed_at, stored_at, policy_id, policy_version, evidence_complete, acknowledged_at, assignee, resolved_at, resolved_by,
            resolution_reason, verdict, exclusion_id
        from {Tables.Alarms} where id = any($1)
        """;

    /// <returns>Those of the alarms that the list has.</returns>
    public async Task<Dictionary<Guid, AlarmSnapshot>> ReadAsync(Guid[] ids, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = connections.CreateCommand(Rows);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var alarms = new Dictionary<Guid, AlarmSnapshot>(ids.Length);
        while (await reader.ReadAsync(cancellation)) alarms[reader.GetGuid(0)] = Row(reader);
        return alarms;
    }

    private static AlarmSnapshot Row(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Version = row.GetInt32(1),
        Type = RowWords.Read<AlarmType>(row, 2),
        RuleId = row.GetString(3),
        RuleVersion = row.GetInt32(4),
        ClassId = row.GetString(5),
        Title = row.GetString(6),
        Severity = RowWords.Read<Severity>(row, 7),
        Outcome = RowWords.Read<Outcome>(row, 8),
        State = RowWords.Read<AlarmState>(row, 9),
        Source = new AlarmSource(
            row.GetString(10), row.GetString(11), row.GetString(12), row.GetString(13), row.GetString(14),
            row.GetString(15), row.GetString(16), row.GetString(17), row.GetString(18)),
        Subject = row.GetString(19),
        Content = [.. row.GetFieldValue<string[]>(20)],
        Attack = [.. row.GetFieldValue<string[]>(21)],
        Labels = [.. row.GetFieldValue<string[]>(22)],
        Process = row.GetString(23),
        CommandLine = row.GetString(24),
        Occurrences = row.GetInt64(25),
        FirstSeen = row.GetFieldValue<DateTimeOffset>(26),
        LastSeen = row.GetFieldValue<DateTimeOffset>(27),
        ConfirmedAt = TimeOrNull(row, 28),
        StoredAt = row.GetFieldValue<DateTimeOffset>(29),
        PolicyId = row.GetString(30),
        PolicyVersion = row.GetInt32(31),
        EvidenceComplete = row.GetBoolean(32),
        AcknowledgedAt = TimeOrNull(row, 33),
        Assignee = row.GetString(34),
        Resolution = TimeOrNull(row, 35) is not { } resolvedAt ? null : new AlarmResolution(
            resolvedAt, row.GetString(36), row.GetString(37),
            row.GetString(38).Length == 0 ? null : RowWords.Read<Verdict>(row, 38),
            row.IsDBNull(39) ? null : row.GetGuid(39)),
    };

    private static DateTimeOffset? TimeOrNull(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
