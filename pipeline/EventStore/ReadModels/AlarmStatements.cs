namespace Pipeline.EventStore.ReadModels;

/// <summary>The statements that keep the tables of alarms, in the schema where they are served or in the one where they are made anew.</summary>
internal sealed class AlarmStatements
{
    /// <summary><see cref="Domain.Alarms.AlarmStanding.AfterEscalation"/>.</summary>
    private const string Reopens = "(c.escalated and a.state in ('handled', 'closed'))";

    private const string State = $"(case when {Reopens} then 'open' else coalesce(c.state, a.state) end)";
    private const string Acknowledged = $"(not {Reopens} and coalesce(c.acknowledged, a.acknowledged_at is not null))";
    private const string Resolved = $"({State} not in ('open', 'acknowledged'))";

    private const string Changes = $"""
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
        """;

    private const string ChangeColumns =
        "id uuid, events integer, last_seen timestamptz, confirmed_at timestamptz, occurrences bigint, severity text, severity_rank integer, outcome text, "
        + "container_name text, image text, image_digest text, namespace text, pod text, workload text, state text, escalated boolean, acknowledged boolean, "
        + "acknowledged_at timestamptz, assignee text, resolved_at timestamptz, resolved_by text, resolution_reason text, verdict text, exclusion_id uuid, comments integer";

    /// <summary>What a count is kept by and may change; at a length that leaves the key below what an index takes.</summary>
    private const string Counted =
        "date_trunc('hour', a.first_seen, 'UTC') as hour, a.type, left(a.node, 200) as node, left(a.rule_id, 200) as rule_id, a.attack, "
        + "a.severity, a.severity_rank, left(a.image, 200) as image";

    private static readonly string AlarmColumns = string.Join(", ", RowJson.Default.AlarmRow.Properties.Select(column => column.Name));

    private static readonly string HistoryColumns =
        string.Join(", ", RowJson.Default.HistoryRow.Properties.Select(column => column.Name).Where(name => name != "later"));

    private AlarmStatements(string schema)
    {
        // What is counted moves as a row that is taken away and one that is added; nothing is written where they are the same.
        string count = $"""
            counted as (
                insert into {schema}.alarm_counts as n (hour, type, severity, severity_rank, node, image, rule_id, alarms)
                select hour, type, severity, severity_rank, node, image, rule_id, sum(change) from moved group by 1, 2, 3, 4, 5, 6, 7 having sum(change) <> 0
                order by 1, 2, 3, 4, 5, 6, 7
                on conflict (hour, type, severity, severity_rank, node, image, rule_id) do update set alarms = n.alarms + excluded.alarms
            )
            insert into {schema}.technique_counts as n (hour, technique, type, severity, node, alarms)
            select hour, left(technique, 200), type, severity, node, sum(change) from moved, unnest(attack) as technique
            group by 1, 2, 3, 4, 5 having sum(change) <> 0 order by 1, 2, 3, 4, 5
            on conflict (hour, technique, type, severity, node) do update set alarms = n.alarms + excluded.alarms
            """;
        Insert = $"""
            with moved as (
                insert into {schema}.alarms as a ({AlarmColumns}) select {AlarmColumns} from jsonb_populate_recordset(null::{Tables.Alarms}, $1::jsonb)
                returning {Counted}, 1 as change
            ),
            {count}
            """;
        Update = $"""
            with changed as (
                update {schema}.alarms as a set
            {Changes}
                from jsonb_to_recordset($1::jsonb) as c({ChangeColumns}) join {schema}.alarms old on old.id = c.id
                where a.id = c.id
                returning {Counted},
                    old.severity as old_severity, old.severity_rank as old_severity_rank, left(old.image, 200) as old_image
            ),
            moved as (
                select hour, type, node, rule_id, attack, severity, severity_rank, image, 1 as change from changed
                union all
                select hour, type, node, rule_id, attack, old_severity, old_severity_rank, old_image, -1 from changed
            ),
            {count}
            """;
        History = $"""
            insert into {schema}.alarm_history (version, {HistoryColumns})
            select a.version - h.later, {string.Join(", ", HistoryColumns.Split(", ").Select(name => $"h.{name}"))}
            from jsonb_to_recordset($1::jsonb) as h(later integer, {string.Join(", ", HistoryRelations.History.Columns.Where(c => c.Name != "version").Select(c => $"{c.Name} {c.Type}"))})
            join {schema}.alarms a on a.id = h.alarm_id
            """;
    }

    public static AlarmStatements Served { get; } = new(Tables.ReadSchema);

    /// <summary>Of alarms that begin.</summary>
    public string Insert { get; }

    /// <summary>Of alarms that change; reads no row back. The same fold as <see cref="Domain.Alarms.AlarmView.Apply"/>.</summary>
    public string Update { get; }

    /// <summary>Of events, after the alarms have them: each one's version is counted back from its alarm's.</summary>
    public string History { get; }

    public static AlarmStatements In(string schema) => schema == Tables.ReadSchema ? Served : new AlarmStatements(schema);
}
