using Pipeline.Detection;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Pipeline.Runtime.Ports;
using Pipeline.Runtime.Processing;
using Testing;
using Testing.Scripts;

namespace Runtime.Tests;

/// <summary>
/// Lanes that crash, drain, move to another owner, read records twice and meet a store that is away, at places that a seed chooses: in the
/// end the store holds exactly the events that the kernel makes of the same log when nothing happens to it.
/// </summary>
public sealed class RestlessLanesTests : LaneTests
{
    public RestlessLanesTests()
    {
        Options = Options with { CheckpointRecords = 7, AlarmsPerCommit = 3, AlarmsWaiting = 10 };
        Detectors = [.. Detectors, .. DetectorRoster.Of(Catalog.Detectors).Posts];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Store_the_same_alarms_whatever_happens_to_them(int seed)
    {
        var random = new Random(seed);
        EventBatch[] log = [.. Batches.Of(RandomLog(random).Events, () => random.Next(1, 6))];
        var expected = KernelRun.Feed(new PartitionKernel([.. ProbeDetector.Alone, .. Catalog.Detectors]), log);

        (IPartitionLane lane, long next) = await OpenAsync();
        while (next < log.Length)
        {
            int step = random.Next(12);
            if (step == 0) await CrashAsync(lane);
            if (step == 1) await lane.DrainAsync(Cancellation);
            if (step <= 2) (lane, next) = await OpenAsync();
            else if (step == 3) Time.Advance(Options.CheckpointInterval);
            else (await lane.FeedAsync(log[next], next++, Cancellation)).ShouldBe(new LaneOutcome.Done());
        }

        await lane.DrainAsync(Cancellation);
        Store.Alarms.Select(a => a.EventId).ShouldBe(expected.Select(a => a.EventId), ignoreOrder: true);
        Exact(Store.Alarms.OrderBy(a => a.EventId)).ShouldBe(Exact(expected.OrderBy(a => a.EventId)));
        foreach (var alarm in Store.Alarms.Cast<DetectedEvent>().GroupBy(a => a.AlarmId)) alarm.Select(a => a.Ordinal).ShouldBeInOrder();
    }

    private static async Task CrashAsync(IPartitionLane lane) => await lane.DisposeAsync();

    private static Script RandomLog(Random random)
    {
        var script = Script.OnNode("n1");
        for (int i = 0; i < 150; i++)
        {
            string id = $"c{random.Next(4)}";
            _ = random.Next(9) switch
            {
                0 => script.Created(id, random.Next(2) == 0 ? Some.PrivilegedSpec() : Some.PlainSpec()),
                1 => script.Started(id, random.Next(3)),
                2 => script.Removed(id),
                3 => script.Node($"n{random.Next(1, 3)}"),
                4 => script.After(random.NextDouble() * 3),
                5 => script.Lost(random.Next(3)),
                6 => script.Heartbeat(),
                7 => script.Exec(id, random.Next(9) == 0 ? "/bin/worse" : "/a"),
                _ => script.Exec(id, "/a"),
            };
        }

        return script;
    }
}
