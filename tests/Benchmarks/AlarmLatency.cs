using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;
using Testing;

namespace Benchmarks;

/// <summary>
/// How long it takes from the moment an agent hands a container's description to the log until its alarm can be read from the API, at a steady rate, on a system that
/// runs already (./run.sh). Each container is another, so each is an alarm of its own.
/// </summary>
internal sealed class AlarmLatency(Uri api, string kafka, int perSecond, int seconds) : IDisposable
{
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(15);
    private readonly HttpClient _http = new() { BaseAddress = api };
    private readonly ConcurrentDictionary<string, long> _sent = new();
    private readonly List<double> _latenciesMs = [];
    private readonly string _run = Guid.CreateVersion7().ToString("N")[..12];

    public async Task RunAsync(TextWriter output)
    {
        using var stop = new CancellationTokenSource();
        Task watching = WatchAsync(stop.Token);
        await SendAsync();
        long sentAll = Stopwatch.GetTimestamp();
        while (!_sent.IsEmpty && Stopwatch.GetElapsedTime(sentAll) < LastWait) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        await stop.CancelAsync();
        await watching;
        _latenciesMs.Sort();
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{_latenciesMs.Count} alarms seen, {_sent.Count} not; ms from send to visible in the API: p50 {At(0.5):F0}, p95 {At(0.95):F0}, p99 {At(0.99):F0}, max {At(1):F0}"));
    }

    public void Dispose() => _http.Dispose();

    private double At(double quantile) => _latenciesMs.Count == 0 ? double.NaN : _latenciesMs[(int)Math.Min(_latenciesMs.Count - 1, quantile * _latenciesMs.Count)];

    private async Task SendAsync()
    {
        using IProducer<byte[], byte[]> producer =
            new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = kafka, EnableIdempotence = true, LingerMs = 0 }).Build();
        var node = new NodeId("latency-" + _run);
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        for (int i = 0; i < perSecond * seconds; i++)
        {
            await pace.WaitForNextTickAsync();
            string name = $"latency-{_run}-{i}";
            var batch = new EventBatch();
            long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
            batch.Begin(node, new BootId(_run), i, new EventTime(now, now), 0);
            batch.AddContainer(now, new ContainerRecord { Action = ContainerAction.Created, ContainerId = Some.ContainerId(i), Spec = Some.PrivilegedSpec(name) });
            var bytes = new ArrayBufferWriter<byte>();
            NodeEventsCodec.Encode(batch, bytes);
            _sent[name] = Stopwatch.GetTimestamp();
            producer.Produce("node-events", new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(node.Value), Value = bytes.WrittenSpan.ToArray() });
        }

        producer.Flush(TimeSpan.FromSeconds(10));
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            using JsonDocument page = JsonDocument.Parse(await _http.GetByteArrayAsync("api/alarms?limit=50", CancellationToken.None));
            long seen = Stopwatch.GetTimestamp();
            foreach (JsonElement alarm in page.RootElement.GetProperty("alarms").EnumerateArray())
            {
                string name = alarm.GetProperty("source").GetProperty("containerName").GetString()!;
                if (_sent.TryRemove(name, out long sent)) _latenciesMs.Add(Stopwatch.GetElapsedTime(sent, seen).TotalMilliseconds);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }
    }
}
