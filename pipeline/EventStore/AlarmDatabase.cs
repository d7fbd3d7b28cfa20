using System.Collections.Immutable;
using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Subscriptions;
using Npgsql;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Exclusions;
using Pipeline.Domain.Policies;
using Pipeline.EventStore.Exclusions;
using Pipeline.EventStore.Policies;
using Pipeline.EventStore.Subscriptions;
using Pipeline.Runtime.Ports;
using Weasel.Core;
using Weasel.Postgresql.Tables;

namespace Pipeline.EventStore;

/// <summary>
/// The connections and the Marten store over them, and the schema: created or brought up to date by whoever comes first, once a process.
/// Thread-safe.
/// </summary>
public sealed class AlarmDatabase : IAsyncDisposable
{
    /// <summary>
    /// Advisory lock under which processes that start together take turns at the schema. Any number that nobody else uses in this database.
    /// </summary>
    internal const long SchemaLock = 0x616C61726D73;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile bool _schemaIsThere;

    /// <param name="subscribers">Who is told what is stored, where this process may have to tell them.</param>
    /// <param name="policies">Who is told of changes of the policy, likewise.</param>
    public AlarmDatabase(
        EventStoreOptions options, IEnumerable<IAlarmSubscriber>? subscribers = null, IPolicySubscriber? policies = null)
    {
        Connections = new NpgsqlDataSourceBuilder(options.Bounded()).Build();
        Subscribers = [.. subscribers ?? []];
        Marten = new DocumentStore(Configured(Connections, Subscribers, policies));
    }

    /// <summary>Whether the schema was seen to be up to date.</summary>
    public bool IsReady => _schemaIsThere;

    internal NpgsqlDataSource Connections { get; }

    internal ImmutableArray<IAlarmSubscriber> Subscribers { get; }

    internal DocumentStore Marten { get; }

    /// <summary>Creates what is missing, at the first call that succeeds. Throws when the database is away.</summary>
    public async ValueTask EnsureSchemaAsync(CancellationToken cancellation)
    {
        if (_schemaIsThere) return;
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_schemaIsThere) return;
            await CreateSchemaAsync(cancellation);
            _schemaIsThere = true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Does what the API asks of the store, once the schema is there.</summary>
    /// <exception cref="AlarmStoreUnavailableException">The store is away or refuses for now.</exception>
    internal async Task<T> InSchemaAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            await EnsureSchemaAsync(cancellation);
            return await ask();
        }
        catch (Exception failure) when (StoreFailure.Describe(failure) is { } reason)
        {
            if (StoreFailure.IsMissingSchema(failure)) DoubtSchema();
            throw new AlarmStoreUnavailableException(reason, failure);
        }
    }

    /// <summary>After a statement found a table missing: the next call looks at the schema again.</summary>
    internal void DoubtSchema() => _schemaIsThere = false;

    public async ValueTask DisposeAsync()
    {
        await Marten.DisposeAsync();
        await Connections.DisposeAsync();
        _turn.Dispose();
    }

    private async Task CreateSchemaAsync(CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await Connections.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction turn = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"set local lock_timeout = '60s'; set local statement_timeout = '60s'; set local idle_in_transaction_session_timeout = 0; "
            + $"select pg_advisory_xact_lock({SchemaLock})", cancellation);
        await Marten.Storage.Database.ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate.CreateOrUpdate, ct: cancellation);
        await ExecuteAsync(connection, SchemaDetails.Sql, cancellation);
        await turn.CommitAsync(cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static StoreOptions Configured(
        NpgsqlDataSource connections, ImmutableArray<IAlarmSubscriber> subscribers, IPolicySubscriber? policies)
    {
        var options = new StoreOptions();
        options.Connection(connections);
        options.DatabaseSchemaName = Tables.EventSchema;
        // Nothing is created in passing: only EnsureSchemaAsync does, under the lock.
        options.AutoCreateSchemaObjects = AutoCreate.None;
        // We own the transactions; inside one that failed, another try can only fail.
        options.ConfigurePolly(_ => { });
        options.ConfigureWritePolly(_ => { });
        options.UseSystemTextJsonForSerialization(EnumStorage.AsString, Casing.CamelCase, AlarmJson.Configure);

        options.Events.DatabaseSchemaName = Tables.EventSchema;
        options.Events.StreamIdentity = StreamIdentity.AsGuid;
        // Despite its name: the time that the event carries is what is stored.
        options.Events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        options.Events.EnableUniqueIndexOnEventId = true;
        options.Events.MapEventType<AlarmRaised>(EventNames.AlarmRaised);
        options.Events.MapEventType<AlarmConfirmed>(EventNames.AlarmConfirmed);
        options.Events.MapEventType<AlarmRecurred>(EventNames.AlarmRecurred);
        options.Events.MapEventType<AlarmEscalated>(EventNames.AlarmEscalated);
        options.Events.MapEventType<AlarmAmended>(EventNames.AlarmAmended);
        options.Events.MapEventType<AlarmActionTaken>(EventNames.AlarmActionTaken);
        options.Events.MapEventType<ExclusionAdded>(EventNames.ExclusionAdded);
        options.Events.MapEventType<ExclusionEnded>(EventNames.ExclusionEnded);
        options.Events.MapEventType<PolicyApplied>(EventNames.PolicyApplied);
        options.Events.MapEventType<PolicyRolledBack>(EventNames.PolicyRolledBack);
        options.Projections.Add(new ExclusionProjection(), ProjectionLifecycle.Inline);
        options.Projections.Add(new PolicyProjection(), ProjectionLifecycle.Inline);
        Subscribe(options, [
            .. subscribers.Select(subscriber => new AlarmSubscription(connections, subscriber)),
            .. policies is null ? [] : new SubscriptionBase[] { new PolicySubscription(policies) },
        ]);
        foreach (Table table in Tables.All) options.Storage.ExtendedSchemaObjects.Add(table);
        return options;
    }

    /// <summary>
    /// Events of alarms are never skipped: what cannot be read or told stops the subscription, visibly, instead of being left out of it.
    /// </summary>
    private static void Subscribe(StoreOptions options, ImmutableArray<SubscriptionBase> subscriptions)
    {
        if (subscriptions.IsEmpty) return;
        foreach (SubscriptionBase subscription in subscriptions) options.Events.Subscribe(subscription);

        // Which process runs it is decided by SubscriptionService.
        options.Projections.AsyncMode = DaemonMode.Solo;
        options.Projections.Errors.SkipApplyErrors = false;
        options.Projections.Errors.SkipSerializationErrors = false;
        options.Projections.Errors.SkipUnknownEvents = false;
        // From commit to the topic within a tenth of a second, at ten small questions a second when nothing happens.
        options.Projections.FastPollingTime = TimeSpan.FromMilliseconds(25);
        options.Projections.SlowPollingTime = TimeSpan.FromMilliseconds(100);
    }
}
