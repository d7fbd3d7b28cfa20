using Pipeline.EventStore.Policies;
using Weasel.Postgresql.Tables;

namespace Pipeline.EventStore;

/// <summary>Our own tables, beside Marten's. Creation and additive changes are Weasel's work, together with Marten's tables.</summary>
internal static class Tables
{
    /// <summary>Schema of Marten's tables: events, streams.</summary>
    public const string EventSchema = "alarms";

    public const string Alarms = "read.alarms";

    public const string Exclusions = "read.exclusions";

    public const string Policies = "read.policies";

    public const string PolicyHistory = "read.policy_history";

    /// <summary>Every document that ever held somewhere, by its hash.</summary>
    public const string PolicyDocuments = "pipeline.policy_documents";

    public const string PolicyPositions = "pipeline.policy_positions";

    public const string Checkpoints = "pipeline.checkpoints";

    public static Table ReadAlarms()
    {
        var table = new Table(Alarms);
        foreach (ReadColumn column in ReadColumn.OfAlarms)
        {
            Table.ColumnExpression added = table.AddColumn(column.Name, column.Type);
            if (column.Name == "id") added.AsPrimaryKey();
            else if (!column.Nullable) added.NotNull();
            if (column.Default is { } value) added.DefaultValueByExpression(value);
        }

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

    public static Table ReadExclusions() => Read(Exclusions, ReadColumn.OfExclusions, key: "id");

    public static Table ReadPolicies() => Read(Policies, PolicyColumns.OfPolicies, key: "name");

    public static Table ReadPolicyHistory() => Read(PolicyHistory, PolicyColumns.OfHistory, key: "revision");

    public static Table PipelinePolicyDocuments()
    {
        var table = new Table(PolicyDocuments);
        table.AddColumn("hash", "text").AsPrimaryKey();
        table.AddColumn("policy_id", "text").NotNull();
        table.AddColumn("policy_version", "integer").NotNull();
        table.AddColumn("document", "text").NotNull();
        return table;
    }

    public static Table PipelinePolicyPositions()
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

    public static Table PipelineCheckpoints()
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

    private static Table Read(string name, IEnumerable<ReadColumn> columns, string key)
    {
        var table = new Table(name);
        foreach (ReadColumn column in columns)
        {
            Table.ColumnExpression added = table.AddColumn(column.Name, column.Type);
            if (column.Name == key) added.AsPrimaryKey();
            else if (!column.Nullable) added.NotNull();
        }

        return table;
    }

    private static IndexDefinition Index(Table table, params string[] columns)
    {
        var index = new IndexDefinition($"ix_alarms_{string.Join('_', columns)}") { Columns = columns };
        table.Indexes.Add(index);
        return index;
    }
}
