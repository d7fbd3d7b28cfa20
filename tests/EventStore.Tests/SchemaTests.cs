using Pipeline.Runtime.Ports;
using Testing;

namespace EventStore.Tests;

public sealed class SchemaTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lets_processes_that_start_together_create_the_schema_once()
    {
        string connectionString = await postgres.CreateDatabaseAsync();
        TestStore[] stores = [.. Enumerable.Range(0, 4).Select(_ => new TestStore(connectionString))];

        await Task.WhenAll(stores.Select(store => store.Database.EnsureSchemaAsync(Cancellation).AsTask()));

        stores.ShouldAllBe(store => store.Database.IsReady);
        await stores[0].StoreAsync(SomeAlarm.Raised("a"));
        (await stores[3].FindAsync(SomeAlarm.Id("a"))).ShouldNotBeNull();
        foreach (TestStore store in stores) await store.DisposeAsync();
    }

    [Fact]
    public async Task Changes_nothing_when_the_schema_is_there()
    {
        await using TestStore first = await TestStore.OpenAsync(postgres);
        const string Objects =
            "select string_agg(oid::text || relname || relfilenode::text, ',' order by oid) from pg_class where relnamespace::regnamespace::text in ('alarms', 'read', 'pipeline')";
        string? before = await first.ScalarAsync<string>(Objects);

        await using var second = new TestStore(first.ConnectionString);
        await second.Database.EnsureSchemaAsync(Cancellation);

        (await first.ScalarAsync<string>(Objects)).ShouldBe(before);
    }

    [Fact]
    public async Task Makes_the_schema_anew_under_a_running_process_whose_database_was_replaced()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await store.ScalarAsync<object>("drop schema alarms, read, pipeline cascade");

        (await store.CommitAsync(new(1), [SomeAlarm.Raised("a")])).ShouldBeOfType<CommitOutcome.Unavailable>();

        (await store.StoreAsync(SomeAlarm.Raised("a"))).ShouldBe(new CommitOutcome.Committed(1, 0));
    }

    [Fact]
    public async Task Has_the_columns_that_the_documentation_lists()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        string[] documented = [.. Documented()];

        string? columns = await store.ScalarAsync<string>("""
            select string_agg(attrelid::regclass::text || ' ' || attname || ' ' || replace(format_type(atttypid, atttypmod), 'timestamp with time zone', 'timestamptz')
                || ' ' || col_description(attrelid, attnum), E'\n' order by attrelid::regclass::text, attnum)
            from pg_attribute a join pg_class c on c.oid = attrelid and relkind in ('r', 'v') and relnamespace = 'read'::regnamespace
            where attnum > 0 and not attisdropped
            """);

        documented.Order(StringComparer.Ordinal).ShouldBe(columns!.Split('\n').Order(StringComparer.Ordinal));
    }

    /// <summary>Relation, column, type and meaning: the tables below headings that name a relation.</summary>
    private static IEnumerable<string> Documented()
    {
        string relation = "";
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "docs", "read-models.md")))
        {
            if (line.StartsWith("## read.", StringComparison.Ordinal)) relation = line[3..];
            if (line.StartsWith("| `", StringComparison.Ordinal))
                yield return string.Join(' ', [relation, .. line.Split('|')[1..4].Select(cell => cell.Trim().Trim('`'))]);
        }
    }
}
