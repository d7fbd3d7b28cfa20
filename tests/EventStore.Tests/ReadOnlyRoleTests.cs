using Npgsql;
using Pipeline.EventStore;
using Testing;

namespace EventStore.Tests;

public sealed class ReadOnlyRoleTests(PostgresFixture postgres) : IAsyncLifetime
{
    /// <summary>Roles are the server's, not the database's.</summary>
    private readonly string _name = $"reader_{Guid.NewGuid():N}";

    private TestStore _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await TestStore.OpenAsync(postgres);
        await new ReadOnlyRole(_name, "open sesame").EnsureAsync(_store.Database, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.ScalarAsync<object>($"drop owned by {_name}; drop role {_name}");
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Reads_everything_in_the_schema_for_it()
    {
        await _store.StoreAsync(SomeAlarm.Raised("a"));

        (await AskAsync("select count(*) from read.alarms")).ShouldBe(1L);
        (await AskAsync("select count(*) from read.triage_times")).ShouldBe(1L);
        (await AskAsync("select count(*) from read.pipeline_health")).ShouldBe(1L);
    }

    [Theory]
    [InlineData("select count(*) from alarms.mt_events", PostgresErrorCodes.InsufficientPrivilege)]
    [InlineData("select count(*) from pipeline.checkpoints", PostgresErrorCodes.InsufficientPrivilege)]
    [InlineData("delete from read.alarms", PostgresErrorCodes.ReadOnlySqlTransaction)]
    [InlineData("set transaction read write; delete from read.alarms", PostgresErrorCodes.InsufficientPrivilege)]
    [InlineData("set transaction read write; create table read.mine (id int)", PostgresErrorCodes.InsufficientPrivilege)]
    public async Task Is_refused_everything_else(string sql, string state) =>
        (await Should.ThrowAsync<PostgresException>(() => AskAsync(sql))).SqlState.ShouldBe(state);

    [Fact]
    public async Task Has_fifteen_seconds_for_a_statement() => (await AskAsync("show statement_timeout")).ShouldBe("15s");

    [Fact]
    public async Task Is_stopped_when_a_statement_takes_longer_than_it_may()
    {
        // The same setting as the role's, shorter, so that nobody waits for it.
        PostgresException refused = await Should.ThrowAsync<PostgresException>(() => AskAsync("select pg_sleep(60)", "-c statement_timeout=50ms"));

        refused.SqlState.ShouldBe(PostgresErrorCodes.QueryCanceled);
    }

    [Fact]
    public async Task Is_brought_up_to_date_when_it_is_there()
    {
        await new ReadOnlyRole(_name, "another").EnsureAsync(_store.Database, Cancellation);

        (await AskAsync("select 1", password: "another")).ShouldBe(1);
    }

    [Fact]
    public async Task Is_told_to_an_operator_where_the_user_may_not_make_it()
    {
        await _store.ScalarAsync<object>("select 1");
        var role = new ReadOnlyRole(_name, "open sesame");
        await using var poor = new AlarmDatabase(new EventStoreOptions { ConnectionString = AsReader("open sesame") });

        (await Should.ThrowAsync<PostgresException>(() => role.EnsureAsync(poor, Cancellation))).SqlState
            .ShouldBeOneOf(PostgresErrorCodes.InsufficientPrivilege, PostgresErrorCodes.ReadOnlySqlTransaction);

        role.ForOperators().ShouldNotContain("sesame");
        role.ToString().ShouldBe(_name);
    }

    private string AsReader(string password, string options = "") =>
        new NpgsqlConnectionStringBuilder(_store.ConnectionString) { Username = _name, Password = password, Options = options, Pooling = false }.ConnectionString;

    private async Task<object?> AskAsync(string sql, string options = "", string password = "open sesame")
    {
        await using var connection = new NpgsqlConnection(AsReader(password, options));
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
