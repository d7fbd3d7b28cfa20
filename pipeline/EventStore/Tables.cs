using System.Collections.Immutable;
using Pipeline.EventStore.Policies;
using Pipeline.EventStore.ReadModels;
using Weasel.Postgresql.Tables;

namespace Pipeline.EventStore;

/// <summary>Our own tables, beside Marten's. Creation and additive changes are Weasel's work, together with Marten's tables.</summary>
internal static class Tables
{
    /// <summary>Schema of Marten's tables: events, streams.</summary>
    public const string EventSchema = "alarms";

    /// <summary>Schema for SQL users.</summary>
    public const string ReadSchema = "read";

    public const string Alarms = $"{ReadSchema}.alarms";

    public const string Exclusions = $"{ReadSchema}.exclusions";

    public const string History = $"{ReadSchema}.alarm_history";

    public const string Counts = $"{ReadSchema}.alarm_counts";

    public const string Techniques = $"{ReadSchema}.technique_counts";

    public const string Containers = $"{ReadSchema}.containers";

    public const string Nodes = $"{ReadSchema}.nodes";

    public const string Losses = $"{ReadSchema}.node_losses";

    public const string Policies = $"{ReadSchema}.policies";

    public const string PolicyHistory = $"{ReadSchema}.policy_history";

    /// <summary>Every document that ever held somewhere, by its hash.</summary>
    public const string PolicyDocuments = "pipeline.policy_documents";

    public const string PolicyPositions = "pipeline.policy_positions";

    public const string Checkpoints = "pipeline.checkpoints";

    /// <summary>Everything of ours, as it should be.</summary>
    public static ImmutableArray<Table> All =>
    [
        .. OfAlarms(ReadSchema),
        With(ReadColumn.OfExclusions, ReadSchema, "exclusions", "id"),
        ReadContainers(),
        With(NodeRelations.Nodes.Columns, ReadSchema, "nodes", "node").WithFillFactor(50),
        ReadLosses(),
        With(PolicyColumns.OfPolicies, ReadSchema, "policies", "name"),
        With(PolicyColumns.OfHistory, ReadSchema, "policy_history", "revision"),
        PipelineCheckpoints(),
        PipelinePolicyDocuments(),
        PipelinePolicyPositions(),
    ];

    /// <summary>The tables that are a fold of the alarms' events, in this order; a rebuild makes them in another schema.</summary>
    public static ImmutableArray<Table> OfAlarms(string schema) =>
        [ReadAlarms(schema), ReadHistory(schema), ReadCounts(schema), ReadTechniques(schema)];

    private static Table ReadAlarms(string schema)
    {
        Table table = With(ReadColumn.OfAlarms, schema, "alarms", "id");

        // The list's order, also behind the filters that leave many rows. Ascending serves descending too: an index is read backwards as
        // well.
        Index(table, "stored_at", "id");
        Index(table, "type", "stored_at", "id");
        Index(table, "severity_rank", "stored_at", "id");
        Index(table, "node", "stored_at", "id");
        Index(table, "rule_id", "stored_at", "id");
        Index(table, "container_name", "stored_at", "id");
        Index(table, "state", "stored_at", "id");
        Index(table, "exclusion_id").Predicate = "exclusion_id is not null";
        Index(table, "last_seen");
        Index(table, "first_seen");
        // Beginnings of texts, whatever the database's collation is.
        Index(table, "container_id").Mask = "? text_pattern_ops";
        Index(table, "image").Mask = "? text_pattern_ops";
        Index(table, "content").Method = IndexMethod.gin;
        // Room for new row versions beside the old ones, for alarms that recur.
        return table.WithFillFactor(85);
    }

    private static Table ReadHistory(string schema)
    {
        Table table = With(HistoryRelations.History.Columns, schema, "alarm_history", "alarm_id", "version");
        // Rows come in the order of their time, so the smallest kind of index serves ranges of it and costs the append next to nothing.
        Index(table, "stored_at").Method = IndexMethod.brin;
        var actions = new IndexDefinition("ix_alarm_history_actions") { Columns = ["stored_at"], Predicate = "kind = 'action'" };
        table.Indexes.Add(actions);
        return table;
    }

    private static Table ReadCounts(string schema) =>
        With(CountRelations.Counts.Columns, schema, "alarm_counts", "hour", "type", "severity", "severity_rank", "node", "image", "rule_id").WithFillFactor(70);

    private static Table ReadTechniques(string schema) =>
        With(CountRelations.Techniques.Columns, schema, "technique_counts", "hour", "technique", "type", "severity", "node").WithFillFactor(70);

    private static Table ReadContainers()
    {
        Table table = With(NodeRelations.Containers.Columns, ReadSchema, "containers", "node", "container_id");
        Index(table, "state", "image");
        return table.WithFillFactor(85);
    }

    private static Table ReadLosses()
    {
        Table table = With(NodeRelations.Losses.Columns, ReadSchema, "node_losses", "node", "cause", "hour");
        Index(table, "hour");
        return table.WithFillFactor(85);
    }

    private static Table With(ImmutableArray<ReadColumn> columns, string schema, string name, params string[] keys)
    {
        var table = new Table($"{schema}.{name}");
        foreach (ReadColumn column in columns)
        {
            Table.ColumnExpression added = table.AddColumn(column.Name, column.Type);
            if (keys.Contains(column.Name)) added.AsPrimaryKey();
            else if (!column.Nullable) added.NotNull();
            if (column.Default is { } value) added.DefaultValueByExpression(value);
        }

        return table;
    }

    private static Table PipelinePolicyDocuments()
    {
        var table = new Table(PolicyDocuments);
        table.AddColumn("hash", "text").AsPrimaryKey();
        table.AddColumn("policy_id", "text").NotNull();
        table.AddColumn("policy_version", "integer").NotNull();
        table.AddColumn("document", "text").NotNull();
        return table;
    }

    private static Table PipelinePolicyPositions()
    {
        var table = new Table(PolicyPositions);
        table.AddColumn("topic", "text").AsPrimaryKey();
        table.AddColumn("partition", "integer").AsPrimaryKey();
        table.AddColumn("number", "bigint").AsPrimaryKey();
        table.AddColumn("from_offset", "bigint").NotNull();
        table.AddColumn("policy_id", "text").NotNull();
        table.AddColumn("policy_version", "integer").NotNull();
        table.AddColumn("hash", "text").NotNull();
        table.AddColumn("recorded_at", "timestamptz").NotNull();
        return table;
    }

    private static Table PipelineCheckpoints()
    {
        var table = new Table(Checkpoints);
        table.AddColumn("topic", "text").AsPrimaryKey();
        table.AddColumn("partition", "integer").AsPrimaryKey();
        table.AddColumn("next_offset", "bigint").AllowNulls();
        table.AddColumn("token", "bigint").NotNull();
        table.AddColumn("state", "bytea").NotNull();
        table.AddColumn("updated_at", "timestamptz").NotNull();
        table.AddColumn("reached", "bigint").NotNull().DefaultValueByExpression("0");
        return table;
    }

    private static IndexDefinition Index(Table table, params string[] columns)
    {
        var index = new IndexDefinition($"ix_{table.Identifier.Name}_{string.Join('_', columns)}") { Columns = columns };
        table.Indexes.Add(index);
        return index;
    }
}
