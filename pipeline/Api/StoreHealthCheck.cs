using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Api.Ports;

namespace Pipeline.Api;

/// <summary>
/// Healthy while the alarm store answers and its schema is there; for the host's readiness, not its liveness: a restart does not bring a
/// database back.
/// </summary>
public sealed class StoreHealthCheck(IAlarmQueries alarms) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await alarms.IsReadyAsync(cancellationToken) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The alarm store does not answer.");
}
