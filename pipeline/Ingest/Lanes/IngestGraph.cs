using Akka;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Microsoft.Extensions.Logging;
using Pipeline.Ingest.Consuming;
using Pipeline.Ingest.DeadLetters;
using Pipeline.Ingest.Decoding;
using Pipeline.Runtime.Ports;
using Pipeline.Schemas;

namespace Pipeline.Ingest.Lanes;

/// <summary>The whole way: a consumer that is built anew with back-off when it fails, and a stream of its own for each lane.</summary>
public sealed class IngestGraph
{
    /// <summary>Lanes at once: far above the partitions of a topic; lanes that are being left count as well.</summary>
    private const int MaxLanes = 4096;

    /// <summary>Idle batches that are kept for reuse.</summary>
    private const int PooledBatches = 64;

    private readonly IngestOptions _options;
    private readonly KafkaPartitionSource _source;
    private readonly LaneStream _lanes;
    private readonly Telemetry _telemetry;

    public IngestGraph(
        IngestOptions options,
        AcquireCheckpoint acquire,
        IPartitionRuntime runtime,
        IDeadLetters deadLetters,
        TimeProvider time,
        Telemetry telemetry,
        ILoggerFactory loggers)
    {
        _options = options;
        _telemetry = telemetry;
        _source = new KafkaPartitionSource(options, acquire, time, telemetry, loggers.CreateLogger<KafkaPartitionSource>());
        var decoder = new RecordDecoder(new BatchPool(PooledBatches), DecodeLimits.Default with { MaxMessageBytes = options.MaxRecordBytes });
        _lanes = new LaneStream(runtime, decoder, deadLetters, telemetry, loggers.CreateLogger<IngestGraph>());
    }

    public IngestRun Start(ActorSystem system)
    {
        IMaterializer materializer = system.Materializer();
        var run = new IngestRun();
        RestartSettings restarts = RestartSettings.Create(_options.RestartDelayLeast, _options.RestartDelayMost, randomFactor: 0.2);
        (UniqueKillSwitch stop, Task<Done> completion) = RestartSource
            .OnFailuresWithBackoff(() => Consumer(run), restarts)
            .ViaMaterialized(KillSwitches.Single<AssignedPartition>(), Keep.Right)
            .SelectAsyncUnordered(MaxLanes, partition => _lanes.RunAsync(partition, materializer))
            .ToMaterialized(Sink.Ignore<LaneEnd>(), Keep.Both)
            .Run(materializer);
        run.Begin(stop, completion);
        return run;
    }

    private Source<AssignedPartition, NotUsed> Consumer(IngestRun run)
    {
        if (run.IsStopping) return Source.Empty<AssignedPartition>();
        if (run.HasConsumed) _telemetry.Restarted();
        return Source.FromGraph(_source).MapMaterializedValue(control =>
        {
            run.Consumer = control;
            return NotUsed.Instance;
        });
    }
}
