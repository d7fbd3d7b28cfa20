using System.Diagnostics;
using System.Globalization;
using Pipeline.Detection;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Pipeline.Schemas;

namespace Benchmarks;

/// <summary>
/// What one core makes of a busy node's messages: decode, enrich, every detector, measured for each message in one run, so that the shares are
/// true on a noisy machine too. Slices of the run show whether it stays as fast as it began.
/// </summary>
internal static class CatalogThroughput
{
    private const int Slices = 4;

    public static void Print(int messagesPerSlice, TextWriter output)
    {
        var traffic = new NodeTraffic(seed: 1);
        var enrichment = new Enrichment();
        DetectorRun[] runs = [.. Catalog.Detectors.Select(factory => new DetectorRun(factory))];
        var stages = new Stages(runs.Length);
        byte[][] beginning = [.. traffic.Begin()];
        byte[][] warmUp = Messages(traffic, messagesPerSlice / 4);
        Run(beginning, enrichment, runs, new Stages(runs.Length));
        Run(warmUp, enrichment, runs, new Stages(runs.Length));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{NodeTraffic.Containers} containers, {runs.Length} detectors"));
        for (int slice = 1; slice <= Slices; slice++)
        {
            byte[][] messages = Messages(traffic, messagesPerSlice);
            var part = new Stages(runs.Length);
            Run(messages, enrichment, runs, part);
            stages.Add(part);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"slice {slice}: {part.Events:N0} events, {part.PerSecond:N0} events/s, {messages.Average(m => m.Length) / 250:N0} bytes an event, {part.Alarms} alarm events"));
        }

        Report(stages, runs, output);
        long state = enrichment.Save().Bytes.Length;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"saved state: enrichment {state:N0} bytes, {string.Join(", ", runs.Select(run => $"{run.Spec.Name} {run.Save().Bytes.Length:N0}"))}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"managed heap: {GC.GetTotalMemory(forceFullCollection: true):N0} bytes"));
    }

    private static byte[][] Messages(NodeTraffic traffic, int count) => [.. Enumerable.Range(0, count).Select(_ => traffic.Next())];

    private static void Run(byte[][] messages, Enrichment enrichment, DetectorRun[] runs, Stages stages)
    {
        var batch = new EventBatch();
        foreach (byte[] message in messages)
        {
            long at = Stopwatch.GetTimestamp();
            if (!NodeEventsCodec.Decode(message, batch, DecodeLimits.Default).IsOk) throw new InvalidOperationException("our own message cannot be read");
            at = stages.Note(0, at);
            EnrichedBatch enriched = enrichment.Enrich(batch);
            at = stages.Note(1, at);
            for (int i = 0; i < runs.Length; i++)
            {
                stages.Alarms += runs[i].Feed(enriched).Length;
                at = stages.Note(2 + i, at);
            }

            stages.Events += batch.Count;
        }
    }

    private static void Report(Stages stages, DetectorRun[] runs, TextWriter output)
    {
        string[] names = ["decode", "enrich", .. runs.Select(run => run.Spec.Name)];
        for (int i = 0; i < names.Length; i++)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{names[i],-26} {stages.NanosecondsPerEvent(i),8:N1} ns an event"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"all",-26} {1e9 / stages.PerSecond,8:N1} ns an event = {stages.PerSecond:N0} events/s on one core"));
    }

    private sealed class Stages(int detectors)
    {
        private readonly long[] _ticks = new long[2 + detectors];

        public long Events { get; set; }

        public long Alarms { get; set; }

        public double PerSecond => Events / Stopwatch.GetElapsedTime(0, _ticks.Sum()).TotalSeconds;

        public long Note(int stage, long since)
        {
            long now = Stopwatch.GetTimestamp();
            _ticks[stage] += now - since;
            return now;
        }

        public double NanosecondsPerEvent(int stage) => Stopwatch.GetElapsedTime(0, _ticks[stage]).TotalNanoseconds / Events;

        public void Add(Stages part)
        {
            for (int i = 0; i < _ticks.Length; i++) _ticks[i] += part._ticks[i];
            Events += part.Events;
            Alarms += part.Alarms;
        }
    }
}
