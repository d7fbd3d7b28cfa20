using JasperFx.Events.Daemon;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Runtime.Ports;

namespace Pipeline.EventStore.Subscriptions;

/// <summary>
/// Runs the store's daemon while this process holds the lock for it: of all processes on a database one reads the events, and another takes
/// over when it ends. The lock is a PostgreSQL advisory lock of a session, so the connection must not go through a pooler in transaction mode.
/// </summary>
internal sealed class SubscriptionService(AlarmDatabase database, TimeProvider time, ILogger<SubscriptionService> logger, ILoggerFactory loggers)
    : BackgroundService
{
    /// <summary>Under Marten's other names, so that one filter quiets all of its chatter.</summary>
    private const string DaemonLog = "Marten.Daemon";

    /// <summary>Any number that nobody else uses in this database.</summary>
    private const long RunnerLock = 0x616C61726D74;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // The schema is created beside the start; the daemon would only complain that there is none.
                if (database.IsReady) await RunWhileLockedAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // The top of a loop: whatever it is, the other parts of the process go on and this one tries again.
                Log.SubscriptionsFailed(logger, StoreFailure.Describe(failure) ?? failure.ToString());
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    /// <summary>Returns at once when another process holds the lock.</summary>
    private async Task RunWhileLockedAsync(CancellationToken cancellation)
    {
        await using NpgsqlConnection session = await database.Connections.OpenConnectionAsync(cancellation);
        if (!await AskAsync($"select pg_try_advisory_lock({RunnerLock})", session, cancellation)) return;
        foreach (IAlarmSubscriber late in database.Subscribers.Where(subscriber => !subscriber.BeginsAtFirst))
            await BeginHereAsync(late, session, cancellation);
        using IProjectionDaemon daemon = await database.Marten.BuildProjectionDaemonAsync(logger: loggers.CreateLogger(DaemonLog));
        try
        {
            await daemon.StartAllAsync();
            Log.SubscriptionsRun(logger);

            // The lock lives as long as its session does, so that has to be looked at.
            while (await AskAsync("select true", session, cancellation) && !daemon.HasAnyPaused())
                await Task.Delay(Pause, time, cancellation);
        }
        finally
        {
            // What is in hand may be finished, within the daemon's own bound. Closing the session gives the lock back.
            await daemon.StopAllAsync();
            await session.CloseAsync();
            NpgsqlConnection.ClearPool(session);
        }
    }

    /// <summary>Gives one that has no position yet the newest, under the name that Marten will look for.</summary>
    private static async Task BeginHereAsync(IAlarmSubscriber subscriber, NpgsqlConnection session, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = session.CreateCommand();
        command.CommandText = $"""
            insert into {Tables.EventSchema}.mt_event_progression (name, last_seq_id, last_updated)
            select $1, coalesce(max(seq_id), 0), now() from {Tables.EventSchema}.mt_events
            on conflict (name) do nothing
            """;
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{subscriber.Name}:All" });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<bool> AskAsync(string question, NpgsqlConnection session, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = session.CreateCommand();
        command.CommandText = question;
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
