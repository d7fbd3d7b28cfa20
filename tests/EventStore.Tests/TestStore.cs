using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.EventStore;
using Pipeline.EventStore.Exclusions;
using Pipeline.EventStore.Policies;
using Pipeline.EventStore.Subscriptions;
using Pipeline.Runtime.Ports;
using Testing;

namespace EventStore.Tests;

/// <summary>A store on a database of its own, and ways to look at what is in it.</summary>
internal sealed class TestStore(string connectionString) : IAsyncDisposable
{
    public static readonly PartitionId Partition = new("node-events", 3);

    public AlarmDatabase Database { get; } = new(new EventStoreOptions { ConnectionString = connectionString });

    public string ConnectionString { get; } = connectionString;

    public IAlarmStore Store => new AlarmStore(Database, NullLogger<AlarmStore>.Instance);

    public IAlarmQueries Queries => new AlarmQueries(Database);

    public IExclusions Exclusions => new ExclusionStore(Database, new ExclusionBell());

    public IPolicies Policies => new PolicyStore(Database);

    public IAlarmHandling Handling => new AlarmHandler(Database);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<TestStore> OpenAsync(PostgresFixture postgres)
    {
        var store = new TestStore(await postgres.CreateDatabaseAsync());
        await store.Database.EnsureSchemaAsync(Cancellation);
        return store;
    }

    public static StateSnapshot Snapshot(long nextOffset, params byte[] state) => new(nextOffset, state);

    public Task<PartitionCheckpoint> AcquireAsync() => Store.AcquireAsync(Partition, Cancellation);

    public Task<CommitOutcome> CommitAsync(FencingToken token, ImmutableArray<AlarmEvent> alarms, StateSnapshot? snapshot = null) =>
        Store.CommitAsync(new PartitionCommit(Partition, token, alarms, snapshot), Cancellation);

    /// <summary>Takes the partition, then commits.</summary>
    public async Task<CommitOutcome> StoreAsync(params AlarmEvent[] alarms) => await CommitAsync((await AcquireAsync()).Token, [.. alarms]);

    public async Task<AlarmPage> ListAsync(AlarmFilter? filter = null, string? cursor = null, int limit = 50) =>
        (await Queries.ListAsync(filter ?? new AlarmFilter(), cursor, limit, Cancellation)).ShouldNotBeNull();

    public Task<StoredAlarm?> FindAsync(Guid id) => Queries.FindAsync(id, Cancellation);

    /// <summary>Alarms as subscribers are told them.</summary>
    public async Task<Dictionary<Guid, AlarmSnapshot>> SnapshotsAsync(Guid[] ids)
    {
        await using NpgsqlDataSource connections = NpgsqlDataSource.Create(ConnectionString);
        return await new SnapshotReader(connections).ReadAsync(ids, Cancellation);
    }

    /// <summary>Has somebody do something about one alarm.</summary>
    public async Task<HandlingResult> HandleAsync(Guid alarm, AlarmCommand command, int? version = null) =>
        (await Handling.HandleAsync(command, [alarm], version, Cancellation)).ShouldHaveSingleItem();

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (T?)await command.ExecuteScalarAsync(Cancellation);
    }

    public Task<long> CountAsync(string table) => ScalarAsync<long>($"select count(*) from {table}")!;

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
