using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Pipeline.Api.Ports;
using Pipeline.EventStore;
using Pipeline.Runtime.Ports;
using Testing;

namespace EventStore.Tests;

public sealed class OutageTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Says_unavailable_while_the_server_is_away_and_works_when_it_is_back()
    {
        await using PostgresCluster cluster = await StartClusterAsync();
        await using var store = new TestStore(cluster.ConnectionString);
        FencingToken token = (await store.AcquireAsync()).Token;

        await cluster.StopAsync();
        CommitOutcome away = await store.CommitAsync(token, [SomeAlarm.Raised("a")]);
        bool ready = await store.Queries.IsReadyAsync(Cancellation);
        await Should.ThrowAsync<AlarmStoreUnavailableException>(() => store.ListAsync());
        await cluster.StartAsync();
        CommitOutcome back = await store.CommitAsync(token, [SomeAlarm.Raised("a")]);

        away.ShouldBeOfType<CommitOutcome.Unavailable>().Reason.ShouldNotBeEmpty();
        ready.ShouldBeFalse();
        back.ShouldBe(new CommitOutcome.Committed(1, 0));
        (await store.Queries.IsReadyAsync(Cancellation)).ShouldBeTrue();
    }

    [Fact]
    public async Task Starts_without_a_server_and_creates_the_schema_when_it_comes()
    {
        await using PostgresCluster cluster = await StartClusterAsync();
        await cluster.StopAsync();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddEventStore(
            new EventStoreOptions { ConnectionString = cluster.ConnectionString, LongestRetryPause = TimeSpan.FromMilliseconds(250) });
        using IHost host = builder.Build();
        await host.StartAsync(Cancellation);
        AlarmDatabase database = host.Services.GetRequiredService<AlarmDatabase>();
        database.IsReady.ShouldBeFalse();

        await cluster.StartAsync();

        await Eventually.TrueAsync(() => database.IsReady, "the schema");
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Says_unavailable_and_stores_nothing_when_the_partition_is_locked_for_too_long()
    {
        await using TestStore first = await TestStore.OpenAsync(postgres);
        FencingToken token = (await first.AcquireAsync()).Token;
        await using var impatient =
            new TestStore(new NpgsqlConnectionStringBuilder(first.ConnectionString) { Options = "-c lock_timeout=50" }.ConnectionString);
        await using var holder = new NpgsqlConnection(first.ConnectionString);
        await holder.OpenAsync(Cancellation);
        await using (NpgsqlTransaction held = await holder.BeginTransactionAsync(Cancellation))
        {
            await using var hold = new NpgsqlCommand("select from pipeline.checkpoints for update", holder, held);
            await hold.ExecuteNonQueryAsync(Cancellation);

            CommitOutcome outcome = await impatient.CommitAsync(token, [SomeAlarm.Raised("a")]);

            outcome.ShouldBeOfType<CommitOutcome.Unavailable>().Reason.ShouldContain("55P03");
        }

        (await impatient.CommitAsync(token, [SomeAlarm.Raised("a")])).ShouldBe(new CommitOutcome.Committed(1, 0));
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=x;Password=x;Database=x;Timeout=2")]
    [InlineData("Host=nowhere.invalid;Username=x;Password=x;Database=x;Timeout=2")]
    public async Task Says_unavailable_when_there_never_was_a_server(string connectionString)
    {
        await using var store = new TestStore(connectionString);

        (await store.CommitAsync(new FencingToken(1), [SomeAlarm.Raised("a")])).ShouldBeOfType<CommitOutcome.Unavailable>();
    }

    [Fact]
    public async Task Says_unavailable_when_the_password_is_wrong()
    {
        string right = await postgres.CreateDatabaseAsync();
        await using var store = new TestStore(new NpgsqlConnectionStringBuilder(right) { Password = "wrong" }.ConnectionString);

        (await store.CommitAsync(new FencingToken(1), [])).ShouldBeOfType<CommitOutcome.Unavailable>().Reason.ShouldContain("28P01");
    }

    private static async Task<PostgresCluster> StartClusterAsync()
    {
        (PostgresCluster? cluster, string? absent) = await PostgresCluster.TryStartAsync();
        if (cluster is null) Assert.Skip(absent ?? "no PostgreSQL server");
        return cluster;
    }
}
