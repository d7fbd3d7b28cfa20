using System.Diagnostics.Metrics;

namespace Pipeline.Publishing;

/// <summary>Metrics of publishing. Thread-safe.</summary>
public sealed class Telemetry : IDisposable
{
    public const string MeterName = "Pipeline.Publishing";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _published;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _delay;

    public Telemetry()
    {
        _published = _meter.CreateCounter<long>("pipeline.publishing.events", description: "Alarm events that a topic has acknowledged.");
        _retries = _meter.CreateCounter<long>("pipeline.publishing.retries", description: "Pages of alarm events that had to be sent again.");
        _delay = _meter.CreateHistogram<double>(
            "pipeline.publishing.delay", "s", "From an alarm event's commit to its acknowledgement by a topic.");
    }

    internal void Published(string topic, TimeSpan sinceCommit)
    {
        var tag = new KeyValuePair<string, object?>("topic", topic);
        _published.Add(1, tag);
        _delay.Record(Math.Max(0, sinceCommit.TotalSeconds), tag);
    }

    internal void Retried(string topic) => _retries.Add(1, new KeyValuePair<string, object?>("topic", topic));

    public void Dispose() => _meter.Dispose();
}
