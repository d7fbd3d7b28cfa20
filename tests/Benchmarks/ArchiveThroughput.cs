using System.Diagnostics;
using System.Globalization;
using Pipeline.Archive;
using Pipeline.Archive.Files;
using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;

namespace Benchmarks;

/// <summary>
/// What it costs to archive a busy node's messages, and how small they get. Processor time of the whole process counts, so that what else
/// runs on the machine does not.
/// </summary>
internal static class ArchiveThroughput
{
    private const double Megabyte = 1_000_000;

    public static async Task PrintAsync(int messages, TextWriter output)
    {
        RawRecord[] records = [.. BusyLog.Records(messages, nodes: 1)];
        await WriteAsync(records[..Math.Min(records.Length, 1000)], BlockPacking.Zstandard);
        foreach (BlockPacking packing in Enum.GetValues<BlockPacking>())
        {
            Written written = await WriteAsync(records, packing);
            double seconds = written.Processor.TotalSeconds;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{packing}: {written.Events:N0} events, {written.Events / seconds:N0} events/s "
                + $"and {written.MessageBytes / seconds / Megabyte:N0} MB/s "
                + $"of a core ({written.Events / written.Clock.TotalSeconds:N0} events/s on the clock), "
                + $"{(double)written.ArchivedBytes / written.Events:F1} bytes an event "
                + $"({(double)written.MessageBytes / written.Events:F1} in messages)"));
        }
    }

    private static async Task<Written> WriteAsync(RawRecord[] records, BlockPacking packing)
    {
        string root = Directory.CreateTempSubdirectory("archive-benchmark-").FullName;
        try
        {
            var store = new DirectoryStore(root);
            TimeSpan before = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            await BusyLog.WriteAsync(store, records, ArchiveOptions.Default with { Packing = packing });
            TimeSpan elapsed = clock.Elapsed, processor = Environment.CpuUsage.TotalTime - before;
            SegmentManifest[] manifests = await BusyLog.ManifestsAsync(store);
            return new Written(
                manifests.Sum(m => m.Events), records.Sum(r => (long)r.Value!.Length), manifests.Sum(m => m.Bytes), processor, elapsed);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private sealed record Written(long Events, long MessageBytes, long ArchivedBytes, TimeSpan Processor, TimeSpan Clock);
}
