using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Pipeline.Ingest.Consuming;

/// <summary>Errors of the client library that pass by themselves: all counted, each code logged at most once a minute. Thread-safe.</summary>
internal sealed class TransientErrors(TimeProvider time, Telemetry telemetry, ILogger logger)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<ErrorCode, (long Logged, long Suppressed)> _seen = [];

    public void Report(Error error)
    {
        telemetry.BrokerError(error.Code.ToString());
        long suppressed;
        lock (_lock)
        {
            bool known = _seen.TryGetValue(error.Code, out (long Logged, long Suppressed) last);
            if (known && time.GetElapsedTime(last.Logged) < Quiet)
            {
                _seen[error.Code] = last with { Suppressed = last.Suppressed + 1 };
                return;
            }

            suppressed = last.Suppressed;
            _seen[error.Code] = (time.GetTimestamp(), 0);
        }

        Log.BrokerError(logger, error.Code.ToString(), error.Reason, suppressed);
    }
}
