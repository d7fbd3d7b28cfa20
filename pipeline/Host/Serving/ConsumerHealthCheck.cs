using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Ingest;

namespace Pipeline.Host.Serving;

/// <summary>Healthy while the log is being consumed.</summary>
internal sealed class ConsumerHealthCheck(IIngestStatus ingest) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(ingest.IsConsuming ? HealthCheckResult.Healthy(ingest.Detail) : HealthCheckResult.Unhealthy(ingest.Detail));
}
