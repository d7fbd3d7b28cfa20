using Pipeline.EventStore.Policies;

namespace Pipeline.EventStore;

/// <summary>What the table builder cannot say; safe to run again.</summary>
internal static class SchemaDetails
{
    /// <summary>
    /// Checkpoint state is stored as it is, since compressing megabytes at every checkpoint would cost more than the space is worth, and
    /// its table is vacuumed
    /// early, since each checkpoint leaves the old one behind. Columns of the read model carry their meaning as comments. All of it is
    /// asked for only where it is
    /// not so yet: no lock is taken at an ordinary start.
    /// </summary>
    public static readonly string Sql = $"""
        do $$
        begin
            if exists (select from pg_attribute where attrelid = '{Tables.Checkpoints}'::regclass and attname = 'state' and attstorage <> 'e') then
                alter table {Tables.Checkpoints} alter column state set storage external;
                alter table {Tables.Checkpoints} set (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 200,
                    toast.autovacuum_vacuum_scale_factor = 0.0, toast.autovacuum_vacuum_threshold = 5000);
            end if;
        end $$;
        {string.Join('\n', ReadColumn.OfAlarms.Select(column => Comment(Tables.Alarms, column)))}
        {string.Join('\n', ReadColumn.OfExclusions.Select(column => Comment(Tables.Exclusions, column)))}
        {string.Join('\n', PolicyColumns.OfPolicies.Select(column => Comment(Tables.Policies, column)))}
        {string.Join('\n', PolicyColumns.OfHistory.Select(column => Comment(Tables.PolicyHistory, column)))}
        """;

    private static string Comment(string table, ReadColumn column)
    {
        string meaning = column.Meaning.Replace("'", "''", StringComparison.Ordinal);
        return $"""
            do $$ begin
                if (select col_description(attrelid, attnum) from pg_attribute where attrelid = '{table}'::regclass and attname = '{column.Name}')
                    is distinct from '{meaning}' then comment on column {table}.{column.Name} is '{meaning}'; end if;
            end $$;
            """;
    }
}
