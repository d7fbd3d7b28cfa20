using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.EventStore.Exclusions;

/// <summary>
/// Makes a pass when an exclusion changed in this process, and every few seconds: another process may have changed one, one may have
/// expired, and an alarm that was stored while an exclusion was added saw nothing of it.
/// </summary>
internal sealed class ExclusionService(
    AlarmDatabase database, ExclusionKeeper keeper, ExclusionBell bell, TimeProvider time, ILogger<ExclusionService> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (database.IsReady && await keeper.PassAsync(stoppingToken) is > 0 and int changed) Log.ExclusionsApplied(logger, changed);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // The top of a loop: the next pass does what this one could not.
                Log.ExclusionsFailed(logger, StoreFailure.Describe(failure) ?? failure.ToString());
            }

            await bell.WaitAsync(Pause, time, stoppingToken);
        }
    }
}
