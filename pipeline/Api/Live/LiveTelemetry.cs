using System.Diagnostics.Metrics;

namespace Pipeline.Api.Live;

/// <summary>Metrics of the live list. Thread-safe.</summary>
internal sealed class LiveTelemetry : IDisposable
{
    private readonly Meter _meter = new("Pipeline.Api");
    private readonly UpDownCounter<int> _clients;
    private readonly Counter<long> _ended;

    public LiveTelemetry()
    {
        _clients = _meter.CreateUpDownCounter<int>("pipeline.api.live.clients", description: "Listeners of the live list.");
        _ended = _meter.CreateCounter<long>(
            "pipeline.api.live.ended", description: "Listeners that ended, by reason: left, too-slow, stopping, store-away.");
    }

    public void Joined() => _clients.Add(1);

    public void Left(string why)
    {
        _clients.Add(-1);
        _ended.Add(1, new KeyValuePair<string, object?>("reason", why));
    }

    public void Dispose() => _meter.Dispose();
}
