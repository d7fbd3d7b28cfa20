using System.Collections.Immutable;
using Akka.TestKit.Xunit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Policies;
using Pipeline.Runtime;
using Pipeline.Runtime.Policies;
using Pipeline.Runtime.Ports;
using Pipeline.Runtime.Processing;
using Testing;
using Testing.Scripts;

namespace Runtime.Tests;

/// <summary>What the tests of lanes share: a runtime with the probe as its detector, a store in memory and a clock moved by hand.</summary>
public abstract class LaneTests : TestKit
{
    private protected static readonly PartitionId Partition = new("node-events", 3);
    private readonly List<IPartitionLane> _lanes = [];
    private readonly Telemetry _telemetry = new();
    private PartitionRuntime? _runtime;
    private PolicyShelf? _shelf;

    private protected StoreInMemory Store { get; } = new();

    private protected PoisonInMemory Poison { get; } = new();

    private protected FakeTimeProvider Time { get; } = new();

    private protected RuntimeOptions Options { get; set; } = new();

    private protected ImmutableArray<DetectorPost> Detectors { get; set; } = [new(ProbeDetector.Alone[0], typeof(ProbeActor))];

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected virtual IPolicyCompiler? Compiler => null;

    /// <summary>The policies of the process; gone with it in <see cref="NewProcess"/>.</summary>
    private protected PolicyShelf Shelf => _shelf ??= new PolicyShelf(
        new RunnablePolicy(PolicyDocument.BuiltIn, new DetectorRoster(Detectors)), Compiler, _telemetry, NullLogger.Instance);

    private PartitionRuntime Runtime => _runtime ??= new PartitionRuntime(
        Sys, Shelf, Store, Poison, Options, Time, _telemetry, NullLoggerFactory.Instance);

    /// <summary>Takes the partition over, as ingest does on an assignment.</summary>
    private protected async Task<(IPartitionLane Lane, long From)> OpenAsync()
    {
        PartitionCheckpoint checkpoint = await Store.AcquireAsync(Partition, Cancellation);
        IPartitionLane lane = await Runtime.OpenAsync(checkpoint, Cancellation);
        _lanes.Add(lane);
        return (lane, checkpoint.NextOffset ?? 0);
    }

    /// <summary>Partitions opened from here on are opened by a process that knows nothing of the last one.</summary>
    private protected void NewProcess()
    {
        _runtime = null;
        _shelf = null;
    }

    /// <summary>Feeds batches as records at the offsets from <paramref name="from"/> on, until one does not go through.</summary>
    private protected static async Task<LaneOutcome> FeedAsync(IPartitionLane lane, IReadOnlyList<EventBatch> log, long from = 0)
    {
        for (int offset = (int)from; offset < log.Count; offset++)
        {
            LaneOutcome outcome = await lane.FeedAsync(log[offset], offset, Cancellation);
            if (outcome is not LaneOutcome.Done) return outcome;
        }

        return new LaneOutcome.Done();
    }

    /// <summary>A log of one program started again and again in one container, one a record.</summary>
    private protected static EventBatch[] Programs(int count, string path = "/a", string container = "c1")
    {
        var script = Script.OnNode("n1");
        for (int i = 0; i < count; i++) script.Exec(container, path).After(2);
        return [.. Batches.Of(script.Events, 1)];
    }

    private protected static Task StoredAsync(Func<bool> condition, string what) => Eventually.TrueAsync(condition, what);

    private protected static string Exact(IEnumerable<AlarmEvent> events) => AlarmText.Exact(events);

    protected override void AfterAll()
    {
        Store.Release();
        foreach (IPartitionLane lane in _lanes) lane.DisposeAsync().AsTask().Wait(TestContext.Current.CancellationToken);
        _telemetry.Dispose();
        base.AfterAll();
    }
}

internal sealed class ProbeActor(DetectorSeat seat) : DetectorActor(seat);
