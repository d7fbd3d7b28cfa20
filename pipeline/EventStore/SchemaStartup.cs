using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pipeline.EventStore;

/// <summary>Creates the schema beside the start of the process; the database may be away for as long as it likes.</summary>
internal sealed class SchemaStartup(AlarmDatabase database, EventStoreOptions options, TimeProvider time, ILogger<SchemaStartup> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan pause = options.FirstRetryPause;
        while (!await TryAsync(pause, stoppingToken))
        {
            await Task.Delay(pause, time, stoppingToken);
            pause = pause * 2 < options.LongestRetryPause ? pause * 2 : options.LongestRetryPause;
        }

        Log.SchemaIsThere(logger);
        if (options.Reader is { } reader) await MakeReaderAsync(reader, stoppingToken);
    }

    /// <summary>Once: nobody waits for it, and an operator can do it as well.</summary>
    private async Task MakeReaderAsync(ReadOnlyRole reader, CancellationToken cancellation)
    {
        try
        {
            await reader.EnsureAsync(database, cancellation);
            Log.ReaderIsThere(logger, reader.Name);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            Log.ReaderRefused(logger, reader.Name, reader.ForOperators());
        }
        catch (Exception failure) when (StoreFailure.Describe(failure) is { } reason)
        {
            Log.ReaderFailed(logger, reader.Name, reason);
        }
    }

    private async Task<bool> TryAsync(TimeSpan pause, CancellationToken cancellation)
    {
        try
        {
            await database.EnsureSchemaAsync(cancellation);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The top of a loop: whatever it is, the process stays up and not ready, and an operator may mend it (a missing right, a table
            // of another version).
            if (StoreFailure.Describe(failure) is { } reason) Log.SchemaNotYet(logger, (long)pause.TotalMilliseconds, reason);
            else Log.SchemaFailed(logger, (long)pause.TotalMilliseconds, failure);
            return false;
        }
    }
}
