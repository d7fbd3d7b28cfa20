using System.Diagnostics;
using System.Globalization;
using Pipeline.Detection;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Pipeline.Schemas;

namespace Benchmarks;

/// <summary>
/// What one core makes of a busy node's messages: decode, enrich, every detector, measured for each message in one run, so that the shares are
/// true on a noisy machine too. What counts is processor time of the whole process, garbage collection and compiler among it, so that what else
/// runs on the machine does not; a stage's share of it is its share of the time on the clock. Slices of the run show whether it stays as fast as
/// it began.
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
                $"slice {slice}: {part.Events:N0} events, {part.PerSecond:N0} events/s ({part.PerSecondOnTheClock:N0} on the clock), {(double)messages.Sum(m => m.Length) / part.Events:N0} bytes an event, {part.Alarms} alarm events"));
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
        TimeSpan before = Environment.CpuUsage.TotalTime;
        foreach (byte[] message in messages)
        {
            Mark at = Mark.Now;
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

        stages.Processor += Environment.CpuUsage.TotalTime - before;
    }

    private static void Report(Stages stages, DetectorRun[] runs, TextWriter output)
    {
        string[] names = ["decode", "enrich", .. runs.Select(run => run.Spec.Name)];
        for (int i = 0; i < names.Length; i++)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{names[i],-26} {stages.NanosecondsPerEvent(i),8:N1} ns and {stages.BytesPerEvent(i),6:N0} bytes allocated an event"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{"all",-26} {1e9 / stages.PerSecond,8:N1} ns and {stages.BytesPerEvent(),6:N0} bytes allocated an event = {stages.PerSecond:N0} events/s on one core"));
    }

    /// <summary>An instant between two stages.</summary>
    /// <param name="Bytes">Allocated by the thread so far.</param>
    private readonly record struct Mark(long Ticks, long Bytes)
    {
        public static Mark Now => new(Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
    }

    private sealed class Stages(int detectors)
    {
        private readonly long[] _ticks = new long[2 + detectors];
        private readonly long[] _bytes = new long[2 + detectors];

        public long Events { get; set; }

        public long Alarms { get; set; }

        /// <summary>Processor time of all threads.</summary>
        public TimeSpan Processor { get; set; }

        public double PerSecond => Events / Processor.TotalSeconds;

        public double PerSecondOnTheClock => Events / Stopwatch.GetElapsedTime(0, _ticks.Sum()).TotalSeconds;

        public Mark Note(int stage, Mark since)
        {
            Mark now = Mark.Now;
            _ticks[stage] += now.Ticks - since.Ticks;
            _bytes[stage] += now.Bytes - since.Bytes;
            return now;
        }

        public double NanosecondsPerEvent(int stage) => Processor.TotalNanoseconds * _ticks[stage] / _ticks.Sum() / Events;

        public double BytesPerEvent(int stage) => (double)_bytes[stage] / Events;

        public double BytesPerEvent() => (double)_bytes.Sum() / Events;

        public void Add(Stages part)
        {
            for (int i = 0; i < _ticks.Length; i++)
            {
                _ticks[i] += part._ticks[i];
                _bytes[i] += part._bytes[i];
            }

            Events += part.Events;
            Alarms += part.Alarms;
            Processor += part.Processor;
        }
    }
}
