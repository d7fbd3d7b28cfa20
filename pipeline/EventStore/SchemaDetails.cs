using System.Security.Cryptography;
using System.Text;
using Pipeline.EventStore.ReadModels;

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
        {Views}
        {string.Join('\n', ReadRelation.All.SelectMany(Comments))}
        {Grants}
        """;

    /// <summary>Whoever may use the schema for SQL users may read all of it, whatever was made anew in it.</summary>
    public const string Grants = $"""
        do $$ declare reader text; begin
            for reader in
                select quote_ident(rolname) from pg_roles r
                where exists (select from pg_namespace n, aclexplode(n.nspacl) a
                        where n.nspname = '{Tables.ReadSchema}' and a.grantee = r.oid and a.grantee <> n.nspowner and a.privilege_type = 'USAGE')
                    and exists (select from pg_class c where c.relnamespace = '{Tables.ReadSchema}'::regnamespace and c.relkind in ('r', 'v')
                        and not has_table_privilege(r.oid, c.oid, 'select'))
            loop
                execute 'grant select on all tables in schema {Tables.ReadSchema} to ' || reader;
            end loop;
        end $$;
        """;

    /// <summary>Views are replaced only where they are missing or their query has changed, which their comment tells.</summary>
    private static string Views => string.Join('\n', ReadRelation.All.Where(relation => relation.IsView).Select(relation => $"""
        do $$ begin
            if obj_description(to_regclass('{relation.Name}'), 'pg_class') is distinct from '{Quoted(MeaningOf(relation))}' then
                drop view if exists {relation.Name};
                {Create(relation)};
            end if;
        end $$;
        """));

    /// <summary>Makes every view anew, over the tables that bear the names now.</summary>
    public static string ViewsAnew => string.Join('\n', ReadRelation.All.Where(relation => relation.IsView).Select(relation => $"""
        drop view if exists {relation.Name};
        {Create(relation)};
        {string.Join('\n', Comments(relation))}
        """));

    private static string Create(ReadRelation relation) => $"create view {relation.Name} as {relation.View}";

    /// <summary>A view's ends in a digest of its query, by which a changed one is known.</summary>
    private static string MeaningOf(ReadRelation relation) => relation.View is null
        ? relation.Meaning
        : $"{relation.Meaning} ({Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(relation.View)))[..8]})";

    private static IEnumerable<string> Comments(ReadRelation relation) =>
    [
        $"""
        do $$ begin
            if obj_description('{relation.Name}'::regclass, 'pg_class') is distinct from '{Quoted(MeaningOf(relation))}'
                then comment on {(relation.IsView ? "view" : "table")} {relation.Name} is '{Quoted(MeaningOf(relation))}'; end if;
        end $$;
        """,
        .. relation.Columns.Select(column => Comment(relation.Name, column)),
    ];

    private static string Comment(string table, ReadColumn column)
    {
        string meaning = Quoted(column.Meaning);
        return $"""
            do $$ begin
                if (select col_description(attrelid, attnum) from pg_attribute where attrelid = '{table}'::regclass and attname = '{column.Name}')
                    is distinct from '{meaning}' then comment on column {table}.{column.Name} is '{meaning}'; end if;
            end $$;
            """;
    }

    private static string Quoted(string text) => text.Replace("'", "''", StringComparison.Ordinal);
}
