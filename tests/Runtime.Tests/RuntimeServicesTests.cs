using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Runtime;
using Pipeline.Runtime.Ports;
using Testing;
using Testing.Scripts;

namespace Runtime.Tests;

public sealed class RuntimeServicesTests
{
    [Fact]
    public async Task Runs_the_whole_catalogue_with_what_others_register()
    {
        var store = new StoreInMemory();
        await using ServiceProvider provider = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton<IAlarmStore>(store)
            .AddSingleton<IPoisonEvents>(new PoisonInMemory())
            .AddPipelineRuntime(new RuntimeOptions())
            .BuildServiceProvider();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        PartitionCheckpoint checkpoint = await store.AcquireAsync(new PartitionId("node-events", 0), cancellation);

        await using IPartitionLane lane = await provider.GetRequiredService<IPartitionRuntime>().OpenAsync(checkpoint, cancellation);
        var script = Script.OnNode("n1").Created("c1", Some.PrivilegedSpec()).Started("c1");
        foreach (var batch in Batches.Of(script.Events)) await lane.FeedAsync(batch, 0, cancellation);
        await lane.DrainAsync(cancellation);

        AlarmText.Short(store.Alarms).ShouldBe(["raised AS-01 High web: privileged:true", "confirmed AS-01"]);
    }

    [Fact]
    public void Names_every_setting_that_is_out_of_bounds()
    {
        var bad = new RuntimeOptions
        {
            CheckpointInterval = TimeSpan.Zero,
            CheckpointRecords = 0,
            AlarmsWaiting = 0,
            AlarmsPerCommit = 0,
            RetryDelayLeast = TimeSpan.Zero,
            RetryDelayMost = TimeSpan.FromTicks(-1),
            FailuresRemembered = 0,
        };

        bad.Validate().Count().ShouldBe(7);
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddPipelineRuntime(bad));
        new RuntimeOptions().Validate().ShouldBeEmpty();
    }
}
