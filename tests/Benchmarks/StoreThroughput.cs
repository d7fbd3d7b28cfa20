using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Domain.Alarms;
using Pipeline.EventStore;
using Pipeline.Runtime.Ports;
using Testing;

namespace Benchmarks;

/// <summary>
/// New alarms a second into the event store with its read model, from several partitions at once. The first round warms up and is not told.
/// </summary>
internal static class StoreThroughput
{
    private const int Rounds = 4;
    private const int Partitions = 4;
    private const int CommitsPerPartition = 100;

    public static async Task PrintAsync(string connectionString, TextWriter output)
    {
        await using var database = new AlarmDatabase(new EventStoreOptions { ConnectionString = connectionString });
        var store = new AlarmStore(database, NullLogger<AlarmStore>.Instance);
        string run = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
        await output.WriteLineAsync("| alarms a commit | alarms/s | CPU of this process, us an alarm |");
        await output.WriteLineAsync("|---|---|---|");
        foreach (int size in new[] { 1, 10, 100, 1000 })
        {
            int commits = Math.Max(5, CommitsPerPartition * 100 / Math.Max(100, size));
            for (int round = 0; round < Rounds; round++)
            {
                (double perSecond, double micros) = await MeasureAsync(store, $"{run}/{size}/{round}", size, commits);
                if (round > 0)
                    await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {size} | {perSecond:F0} | {micros:F0} |"));
            }
        }
    }

    private static async Task<(double PerSecond, double Micros)> MeasureAsync(AlarmStore store, string name, int size, int commits)
    {
        PartitionCommit[][] work = [.. await Task.WhenAll(Enumerable.Range(0, Partitions).Select(async number =>
        {
            var partition = new PartitionId("benchmark", number);
            FencingToken token = (await store.AcquireAsync(partition, CancellationToken.None)).Token;
            return Enumerable.Range(0, commits).Select(commit => new PartitionCommit(
                partition, token, [.. Enumerable.Range(0, size).Select(i => (AlarmEvent)SomeAlarm.Raised($"{name}/{number}/{commit}/{i}"))], null)).ToArray();
        }))];

        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(work.Select(commitsOfOne => Task.Run(async () =>
        {
            foreach (PartitionCommit commit in commitsOfOne)
            {
                CommitOutcome outcome = await store.CommitAsync(commit, CancellationToken.None);
                if (outcome is not CommitOutcome.Committed) throw new InvalidOperationException(outcome.ToString());
            }
        })));
        process.Refresh();
        double alarms = (double)Partitions * commits * size;
        return (alarms / clock.Elapsed.TotalSeconds, (process.TotalProcessorTime - before).TotalMicroseconds / alarms);
    }
}
