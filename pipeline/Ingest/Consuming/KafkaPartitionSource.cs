using Akka.Streams;
using Akka.Streams.Stage;
using Microsoft.Extensions.Logging;

namespace Pipeline.Ingest.Consuming;

/// <summary>
/// A stream of assigned partitions, each with a stream of its own, over a consumer on a thread of its own. Emits an element for each assignment of a
/// partition, and again when its lane failed and was opened anew. Fails when the consumer failed for good; run it inside a restart with back-off.
/// Each materialisation is a member of the group.
/// </summary>
public sealed class KafkaPartitionSource(
    IngestOptions options, AcquireCheckpoint acquire, TimeProvider time, Telemetry telemetry, ILogger<KafkaPartitionSource> logger)
    : GraphStageWithMaterializedValue<SourceShape<AssignedPartition>, IPartitionSourceControl>
{
    private readonly Outlet<AssignedPartition> _out = new("KafkaPartitionSource.out");

    public override SourceShape<AssignedPartition> Shape => new(_out);

    public override ILogicAndMaterializedValue<IPartitionSourceControl> CreateLogicAndMaterializedValue(Attributes inheritedAttributes)
    {
        var loop = new ConsumerLoop(options, acquire, time, telemetry, logger);
        return new LogicAndMaterializedValue<IPartitionSourceControl>(new Logic(this, loop), loop);
    }

    private sealed class Logic : OutGraphStageLogic
    {
        private readonly KafkaPartitionSource _stage;
        private readonly ConsumerLoop _loop;
        private readonly Queue<AssignedPartition> _waiting = new();

        public Logic(KafkaPartitionSource stage, ConsumerLoop loop)
            : base(stage.Shape)
        {
            _stage = stage;
            _loop = loop;
            SetHandler(stage._out, this);
        }

        public override void PreStart() => _loop.Start(GetAsyncCallback<AssignedPartition>(OnOpened), GetAsyncCallback<Exception?>(OnEnded));

        public override void OnPull() => PushNext();

        // A cancelled, failed or aborted stream must not leave a consumer behind.
        public override void PostStop() => _loop.Abandon();

        private void OnOpened(AssignedPartition lane)
        {
            _waiting.Enqueue(lane);
            if (IsAvailable(_stage._out)) PushNext();
        }

        private void OnEnded(Exception? failure)
        {
            if (failure is null) CompleteStage();
            else FailStage(failure);
        }

        /// <summary>A lane that ended before anybody asked for it is not shown.</summary>
        private void PushNext()
        {
            while (_waiting.TryDequeue(out AssignedPartition? lane))
            {
                if (!lane.TryBegin()) continue;
                Push(_stage._out, lane);
                return;
            }
        }
    }
}
