using Pipeline.Api.Ports;
using Pipeline.EventStore;
using Pipeline.Replay;

namespace Pipeline.Host.Commands;

/// <summary>An alarm from the store that PIPELINE_POSTGRES names.</summary>
internal static class StoredAlarmOf
{
    /// <exception cref="ReplayException">There is no store or no such alarm.</exception>
    public static async Task<StoredAlarm> FindAsync(Guid alarm, CancellationToken cancellation)
    {
        string? postgres = Environment.GetEnvironmentVariable("PIPELINE_POSTGRES");
        if (string.IsNullOrEmpty(postgres)) throw new ReplayException("alarms are in the store: set PIPELINE_POSTGRES");
        await using var database = new AlarmDatabase(new EventStoreOptions { ConnectionString = postgres });
        return await new AlarmQueries(database).FindAsync(alarm, cancellation) ?? throw new ReplayException($"there is no alarm {alarm}");
    }
}
