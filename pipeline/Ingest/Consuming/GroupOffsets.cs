using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Pipeline.Ingest.Consuming;

/// <summary>
/// Keeps the offsets that checkpoints cover as group offsets, for tools that show lag; nothing starts from them. Only stores: the library commits what is stored on
/// its interval and when it leaves the group, and unlike a commit a store is refused for a partition that is somebody else's. Poll thread only.
/// </summary>
internal sealed class GroupOffsets(Telemetry telemetry, ILogger logger)
{
    public void Keep(IConsumer<byte[], byte[]> consumer, PartitionSlot slot)
    {
        if (slot.Lane?.ConfirmedOffset is not { } confirmed || confirmed == slot.Stored) return;
        try
        {
            consumer.StoreOffset(new TopicPartitionOffset(slot.Partition, confirmed));
            slot.Stored = confirmed;
        }
        catch (KafkaException failure)
        {
            telemetry.StoreRejected();
            Log.OffsetNotStored(logger, slot.Id, failure.Error.Reason);
        }
    }
}
