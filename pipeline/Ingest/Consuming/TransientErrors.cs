using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Pipeline.Ingest.Consuming;

/// <summary>Errors of the client library that pass by themselves: all counted, each code logged at most once a minute. Thread-safe.</summary>
internal sealed class TransientErrors(TimeProvider time, Telemetry telemetry, ILogger logger)
{
    private readonly LogLimiter<ErrorCode> _limiter = new(time);

    public void Report(Error error)
    {
        telemetry.BrokerError(error.Code.ToString());
        if (_limiter.Lets(error.Code, out long heldBack)) Log.BrokerError(logger, error.Code.ToString(), error.Reason, heldBack);
    }
}
