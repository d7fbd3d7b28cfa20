using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Runtime;
using Pipeline.Runtime.Ports;
using Testing.Scripts;

namespace Detection.Tests.Carriers;

/// <summary>
/// Runs scripts through a partition's actor and those of its detectors, as a pipeline process does, in virtual time: the clock of the
/// checkpoints and of the actors' scheduler stands still unless the script's time moves. Half-way another owner takes the partition over
/// and goes on from what is stored. Thread-safe.
/// </summary>
internal sealed class ActorCarrier : IAsyncDisposable
{
    private const int EventsOfARecord = 3;
    private const string Settings =
        "akka { loglevel = WARNING, scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\" }";

    private readonly ActorSystem _system = ActorSystem.Create("scripts", Settings);
    private int _runs;

    /// <summary>Expects of the actors every alarm event of the kernel, in the same order and with the same ids.</summary>
    public void Carry(ScriptRun run)
    {
        // On a thread without a test's synchronization context, which must not be waited on.
        ImmutableArray<AlarmEvent> alarms = Task.Run(() => RunAsync(run)).GetAwaiter().GetResult();
        AlarmText.Exact(alarms).ShouldBe(AlarmText.Exact(run.Alarms), "through the actors");
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();

    private async Task<ImmutableArray<AlarmEvent>> RunAsync(ScriptRun run)
    {
        EventBatch[] log = [.. Batches.Of(run.Script.Events, EventsOfARecord)];
        var store = new MemoryOfAlarms();
        var time = new FakeTimeProvider();
        await using ServiceProvider services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance).AddSingleton(_system).AddSingleton<TimeProvider>(time)
            .AddSingleton<IAlarmStore>(store).AddSingleton<IPoisonEvents>(store)
            .AddPipelineRuntime(new RuntimeOptions(), run.Detectors).BuildServiceProvider();
        IPartitionRuntime runtime = services.GetRequiredService<IPartitionRuntime>();
        var partition = new PartitionId("scripts", Interlocked.Increment(ref _runs));

        await OwnAsync(runtime, await store.AcquireAsync(partition, Cancellation), log, log.Length / 2, time);
        await OwnAsync(runtime, await store.AcquireAsync(partition, Cancellation), log, log.Length, time);
        return store.Alarms;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>One owner of the partition, from the checkpoint up to <paramref name="end"/>.</summary>
    private static async Task OwnAsync(
        IPartitionRuntime runtime, PartitionCheckpoint from, EventBatch[] log, int end, FakeTimeProvider time)
    {
        await using IPartitionLane lane = await runtime.OpenAsync(from, Cancellation);
        for (int offset = (int)(from.NextOffset ?? 0); offset < end; offset++)
        {
            long passed = offset == 0 ? 0 : log[offset].Clock.BootNs - log[offset - 1].Clock.BootNs;
            time.Advance(TimeSpan.FromMicroseconds(Math.Max(0, passed) / 1000));
            (await lane.FeedAsync(log[offset], offset, Cancellation)).ShouldBe(new LaneOutcome.Done());
        }

        (await lane.DrainAsync(Cancellation)).ShouldBe(new LaneOutcome.Done());
    }
}
