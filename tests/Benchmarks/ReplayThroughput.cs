using System.Diagnostics;
using System.Globalization;
using Pipeline.Archive;
using Pipeline.Archive.Stores;
using Pipeline.Detection;
using Pipeline.Replay;
using Testing;

namespace Benchmarks;

/// <summary>How fast one core replays an archive of several nodes: all of it, and one container, for which other nodes are passed
/// over.</summary>
internal static class ReplayThroughput
{
    private const int Nodes = 8;

    public static async Task PrintAsync(int messages, TextWriter output)
    {
        string root = Directory.CreateTempSubdirectory("replay-benchmark-").FullName;
        try
        {
            var store = new DirectoryStore(root);
            await BusyLog.WriteAsync(store, BusyLog.Records(messages, Nodes), ArchiveOptions.Default with { RollBytes = 8 * 1024 * 1024 });
            long events = (await BusyLog.ManifestsAsync(store)).Sum(m => m.Events);
            var all = new ReplayRequest(BusyLog.Topic, DateTimeOffset.MinValue, DateTimeOffset.MaxValue) { Parallelism = 1 };
            await RunAsync(store, all, "all", events, output);
            string container = Some.ContainerId(3 * NodeTraffic.Containers + 5);
            await RunAsync(store, all with { Container = container }, "one container", events, output);
            string nobody = Some.ContainerId((Nodes + 5) * NodeTraffic.Containers);
            await RunAsync(store, all with { Container = nobody }, "a container that is not there", events, output);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task RunAsync(DirectoryStore store, ReplayRequest request, string what, long events, TextWriter output)
    {
        var policy = new FixedPolicy(Catalog.Detectors, "built-in", joinsNodes: false);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        ReplayResult result = await new ReplayRun(store, null, policy, TimeProvider.System)
            .RunAsync(request, new ReplayProgress(TimeProvider.System), CancellationToken.None);
        double seconds = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {events:N0} archived events, {result.EventsRead:N0} read, {result.Events.Length} alarm events; "
            + $"{events / seconds:N0} archived and "
            + $"{result.EventsRead / seconds:N0} read events/s of a core ({clock.Elapsed.TotalSeconds:F1} s on the clock)"));
    }
}
