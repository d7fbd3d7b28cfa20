using System.Buffers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Ingest.Consuming;
using Pipeline.Runtime.Ports;
using Pipeline.Schemas;

namespace Ingest.Tests.Kit;

/// <summary>Values that tests do not care about.</summary>
internal static class Sample
{
    public const string Node = "node-1";

    public static PartitionId Partition { get; } = new("node-events", 0);

    public static EventBatch Batch(string node = Node, long firstSequence = 0, string boot = "boot-1", long lost = 0)
    {
        var batch = new EventBatch();
        batch.Begin(new NodeId(node), new BootId(boot), firstSequence, new EventTime(1_000, 2_000), lost);
        batch.AddHeartbeat(1_000, new HeartbeatRecord { AgentVersion = "1" });
        return batch;
    }

    public static byte[] Value(EventBatch? batch = null)
    {
        var output = new ArrayBufferWriter<byte>();
        NodeEventsCodec.Encode(batch ?? Batch(), output);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Key(string node = Node) => System.Text.Encoding.UTF8.GetBytes(node);

    public static ConsumedRecord Record(byte[]? key, byte[]? value, long offset = 0) => new(Partition, offset, 0, key, value);
}
