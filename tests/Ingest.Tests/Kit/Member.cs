using Akka.Actor;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Ingest;
using Pipeline.Ingest.DeadLetters;
using Pipeline.Ingest.Lanes;

namespace Ingest.Tests.Kit;

/// <summary>One pipeline process as far as ingest goes: a member of the group with a runtime of its own over the store it shares with the others.</summary>
internal sealed class Member : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ActorSystem _system = ActorSystem.Create("ingest-tests", "akka.loglevel = WARNING");
    private readonly Telemetry _telemetry = new();
    private readonly IngestRun _run;
    private readonly DeadLetterProducer? _producer;

    public Member(
        IngestOptions options,
        InMemoryStore store,
        Action<RecordingRuntime>? prepare = null,
        IDeadLetters? deadLetters = null,
        ILoggerFactory? loggers = null)
    {
        Runtime = new RecordingRuntime(store);
        prepare?.Invoke(Runtime);
        loggers ??= NullLoggerFactory.Instance;
        if (deadLetters is null)
            deadLetters = _producer = new DeadLetterProducer(options, TimeProvider.System, _telemetry, loggers.CreateLogger<DeadLetterProducer>());
        Counted = new Counters(_telemetry);
        var graph = new IngestGraph(options, store.AcquireAsync, Runtime, deadLetters, TimeProvider.System, _telemetry, loggers);
        _run = graph.Start(_system);
    }

    public RecordingRuntime Runtime { get; }

    public Counters Counted { get; }

    public int Partitions => _run.Assignment.Length;

    public bool IsConsuming => _run.IsConsuming;

    public Task DrainAsync() => _run.DrainAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _run.DrainAsync().WaitAsync(Patience);
        await _system.Terminate();
        _producer?.Dispose();
        Counted.Dispose();
        _telemetry.Dispose();
    }

    /// <summary>Settings that make a group of tests quick.</summary>
    public static IngestOptions Options(string brokers, string topic, string group) => new()
    {
        BootstrapServers = brokers,
        Topic = topic,
        GroupId = group,
        // The mock broker lets a rebalance last a second less than this.
        SessionTimeout = TimeSpan.FromSeconds(3),
        RevokeWait = TimeSpan.FromSeconds(1.5),
        AcquireWait = TimeSpan.FromMilliseconds(500),
        ReopenDelayLeast = TimeSpan.FromMilliseconds(50),
        ReopenDelayMost = TimeSpan.FromMilliseconds(400),
        RestartDelayLeast = TimeSpan.FromMilliseconds(100),
        RestartDelayMost = TimeSpan.FromMilliseconds(400),
        BufferHighRecords = 20,
        BufferLowRecords = 5,
        PrefetchRecords = 10,
        Assignment = PartitionAssignmentStrategy.CooperativeSticky,
    };
}
