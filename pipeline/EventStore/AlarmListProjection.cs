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
            workload = coalesce(c.workload, a.workload)
        from jsonb_to_recordset(?::jsonb) as c(id uuid, events integer, last_seen timestamptz, confirmed_at timestamptz, occurrences bigint, severity text,
            severity_rank integer, outcome text, container_name text, image text, image_digest text, namespace text, pod text, workload text)
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
