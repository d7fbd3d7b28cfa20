using Weasel.Postgresql.Tables;

namespace Pipeline.EventStore;

/// <summary>Our own tables, beside Marten's. Creation and additive changes are Weasel's work, together with Marten's tables.</summary>
internal static class Tables
{
    /// <summary>Schema of Marten's tables: events, streams.</summary>
    public const string EventSchema = "alarms";

    public const string Alarms = "read.alarms";

    public const string Exclusions = "read.exclusions";

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

    public static Table ReadExclusions()
    {
        var table = new Table(Exclusions);
        foreach (ReadColumn column in ReadColumn.OfExclusions)
        {
            Table.ColumnExpression added = table.AddColumn(column.Name, column.Type);
            if (column.Name == "id") added.AsPrimaryKey();
            else if (!column.Nullable) added.NotNull();
        }

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
        return table;
    }

    private static IndexDefinition Index(Table table, params string[] columns)
    {
        var index = new IndexDefinition($"ix_alarms_{string.Join('_', columns)}") { Columns = columns };
        table.Indexes.Add(index);
        return index;
    }
}
