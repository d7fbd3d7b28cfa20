using JasperFx.Events;
using Marten;
using Marten.Events.Projections;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>
/// Keeps <c>read.alarms</c> in the transaction that appends. The same fold as <see cref="AlarmView.Apply"/>, said in SQL so that no row is read back; a test
/// holds the two together over many seeded lives of alarms.
/// </summary>
internal sealed class AlarmListProjection : IProjection
{
    private const string Insert = $"""
        insert into {Tables.Alarms} (id, type, rule_id, rule_version, class_id, title, severity, severity_rank, outcome, state, node, boot, container_id,
            container_name, image, image_digest, namespace, pod, workload, subject, content, attack, occurrences, first_seen, last_seen, stored_at, labels,
            policy_id, policy_version, evidence_complete, version)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, coalesce(?::timestamptz, clock_timestamp()), ?, ?, ?, ?, 1)
        """;

    private const string Touch = $"update {Tables.Alarms} set version = version + 1, last_seen = greatest(last_seen, ?)";
    private const string Confirm = $"{Touch}, confirmed_at = coalesce(confirmed_at, ?) where id = ?";
    private const string Recur = $"{Touch}, occurrences = greatest(occurrences, ?) where id = ?";
    private const string Escalate = $"{Touch}, severity = ?, severity_rank = ?, outcome = ? where id = ?";

    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        foreach (IEvent e in events)
        {
            switch (e.Data)
            {
                case AlarmRaised raised:
                    operations.QueueSqlCommand(Insert, Row(raised, StoredAt(e)));
                    break;
                case AlarmConfirmed confirmed:
                    operations.QueueSqlCommand(Confirm, Time(confirmed.At), Time(confirmed.At), confirmed.AlarmId);
                    break;
                case AlarmRecurred recurred:
                    operations.QueueSqlCommand(Recur, Time(recurred.At), recurred.Occurrences, recurred.AlarmId);
                    break;
                case AlarmEscalated worse:
                    operations.QueueSqlCommand(
                        Escalate, Time(worse.At), Spelling.Of(worse.Severity), (int)worse.Severity, Spelling.Of(worse.Outcome), worse.AlarmId);
                    break;
            }
        }

        return Task.CompletedTask;
    }

    private static object[] Row(AlarmRaised e, object storedAt) =>
    [
        e.AlarmId, Spelling.Of(e.Type), Column(e.RuleId), e.RuleVersion, Column(e.ClassId), Column(e.Title), Spelling.Of(e.Severity), (int)e.Severity,
        Spelling.Of(e.Outcome), Spelling.Of(AlarmState.Open), Column(e.Source.Node), Column(e.Source.Boot), Column(e.Source.ContainerId),
        Column(e.Source.ContainerName), Column(e.Source.Image), Column(e.Source.ImageDigest), Column(e.Source.Namespace), Column(e.Source.Pod),
        Column(e.Source.Workload), Column(e.Subject), e.Content.Select(item => Column(item.Content)).ToArray(), e.Attack.Select(Column).ToArray(),
        Time(e.At), Time(e.At), storedAt, e.Labels.Select(Column).ToArray(), Column(e.PolicyId), e.PolicyVersion, e.EvidenceComplete,
    ];

    /// <summary>An event that is read back knows its time; one that is being appended has no sequence number yet and gets the database's clock.</summary>
    private static object StoredAt(IEvent e) => e.Sequence > 0 ? Time(e.Timestamp) : DBNull.Value;

    private static string Column(string text) => StorableText.ForColumn(text);

    /// <summary>Npgsql takes a timestamptz in UTC only.</summary>
    private static DateTimeOffset Time(DateTimeOffset time) => time.ToUniversalTime();
}
