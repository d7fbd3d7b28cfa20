using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Pipeline.Ingest;

namespace Ingest.Tests.Kit;

/// <summary>What the instruments of one <see cref="Telemetry"/> have measured, tags summed up; the newest value for gauges.</summary>
internal sealed class Counters : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _sums = new();
    private readonly ConcurrentDictionary<(string Name, string Tag), long> _tagged = new();

    public Counters(Telemetry telemetry)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (telemetry.Owns(instrument.Meter)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            string tag = tags.Length == 0 ? "" : $"{tags[0].Value}";
            if (instrument is ObservableGauge<long>) _tagged[(instrument.Name, tag)] = value;
            else _tagged.AddOrUpdate((instrument.Name, tag), value, (_, sum) => sum + value);
            _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
        });
        _listener.Start();
    }

    public long this[string name] => _sums.GetValueOrDefault($"pipeline.ingest.{name}");

    public long this[string name, string tag] => _tagged.GetValueOrDefault(($"pipeline.ingest.{name}", tag));

    /// <summary>The newest value of a gauge.</summary>
    public long? Gauge(string name, string tag)
    {
        _listener.RecordObservableInstruments();
        return _tagged.TryGetValue(($"pipeline.ingest.{name}", tag), out long value) ? value : null;
    }

    public void Dispose() => _listener.Dispose();
}
