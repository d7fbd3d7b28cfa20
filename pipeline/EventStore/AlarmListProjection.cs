using System.Text.Json;
using JasperFx.Events;
using Marten;
using Marten.Events.Projections;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>
/// Keeps <c>read.alarms</c> in the transaction that appends: one statement for what began and one for what changed, however many alarms
/// there are. The same fold
/// as <see cref="AlarmView.Apply"/>, said in a way that reads no row back; a test holds the two together over many seeded lives of alarms.
/// </summary>
internal sealed class AlarmListProjection : IProjection
{
    /// <summary><see cref="AlarmStanding.AfterEscalation"/>.</summary>
    private const string Reopens = "(c.escalated and a.state in ('handled', 'closed'))";

    private const string State = $"(case when {Reopens} then 'open' else coalesce(c.state, a.state) end)";
    private const string Acknowledged = $"(not {Reopens} and coalesce(c.acknowledged, a.acknowledged_at is not null))";
    private const string Resolved = $"({State} not in ('open', 'acknowledged'))";

    private const string Update = $"""
        update {Tables.Alarms} as a set
            version = a.version + c.events,
            last_seen = greatest(a.last_seen, c.last_seen),
            confirmed_at = coalesce(a.confirmed_at, c.confirmed_at),
            occurrences = greatest(a.occurrences, c.occurrences),
            severity = coalesce(c.severity, a.severity),
            severity_rank = coalesce(c.severity_rank, a.severity_rank),
            outcome = coalesce(c.outcome, a.outcome),
            container_name = coalesce(c.container_name, a.container_name),
            image = coalesce(c.image, a.image),
            image_digest = coalesce(c.image_digest, a.image_digest),
            namespace = coalesce(c.namespace, a.namespace),
            pod = coalesce(c.pod, a.pod),
            workload = coalesce(c.workload, a.workload),
            state = {State},
            acknowledged_at = case when {Acknowledged} then coalesce(c.acknowledged_at, a.acknowledged_at) end,
            assignee = coalesce(c.assignee, a.assignee),
            resolved_at = case when {Resolved} then coalesce(c.resolved_at, a.resolved_at) end,
            resolved_by = case when {Resolved} then coalesce(c.resolved_by, a.resolved_by) else '' end,
            resolution_reason = case when {Resolved} then coalesce(c.resolution_reason, a.resolution_reason) else '' end,
            verdict = case when {Resolved} then coalesce(c.verdict, a.verdict) else '' end,
            exclusion_id = case when {State} = 'whitelisted' then coalesce(c.exclusion_id, a.exclusion_id) end,
            comments = a.comments + c.comments
        from jsonb_to_recordset(?::jsonb) as c(id uuid, events integer, last_seen timestamptz, confirmed_at timestamptz, occurrences bigint, severity text,
            severity_rank integer, outcome text, container_name text, image text, image_digest text, namespace text, pod text, workload text, state text,
            escalated boolean, acknowledged boolean, acknowledged_at timestamptz, assignee text, resolved_at timestamptz, resolved_by text,
            resolution_reason text, verdict text, exclusion_id uuid, comments integer)
        where a.id = c.id
        """;

    private static readonly string Columns = string.Join(", ", RowJson.Default.AlarmRow.Properties.Select(column => column.Name));

    private static readonly string Insert =
        $"insert into {Tables.Alarms} ({Columns}) select {Columns} from jsonb_populate_recordset(null::{Tables.Alarms}, ?::jsonb)";

    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        var begun = new List<AlarmRow>();
        var changed = new Dictionary<Guid, AlarmRowChange>();
        foreach (IEvent e in events)
        {
            switch (e.Data)
            {
                case AlarmRaised raised:
                    begun.Add(AlarmRow.From(raised, e.Timestamp));
                    break;
                case AlarmEvent later:
                    changed[later.AlarmId] =
                        (changed.GetValueOrDefault(later.AlarmId) ?? new AlarmRowChange { Id = later.AlarmId }).And(later);
                    break;
            }
        }

        if (begun.Count > 0) operations.QueueSqlCommand(Insert, JsonSerializer.Serialize(begun, RowJson.Default.ListAlarmRow));
        if (changed.Count > 0)
            operations.QueueSqlCommand(Update, JsonSerializer.Serialize([.. changed.Values], RowJson.Default.ListAlarmRowChange));
        return Task.CompletedTask;
    }
}
