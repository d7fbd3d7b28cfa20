using Confluent.Kafka;

namespace Pipeline.Ingest.Consuming;

/// <summary>
/// Makes the client library's pauses follow what the slots want. Poll thread only. The library has three traps here, each met in tests: a pause in the
/// assigned handler throws; one right after it can lose the offset that was just assigned (librdkafka #2190); and one that is in force when a partition is
/// taken away is in force still when the partition comes back (librdkafka #1849).
/// </summary>
internal sealed class PauseControl(Telemetry telemetry, TransientErrors errors)
{
    private static readonly TimeSpan WakeTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>Not inside a rebalance handler.</summary>
    public void Follow(IConsumer<byte[], byte[]> consumer, PartitionSlot slot)
    {
        if (slot.WantsPause == slot.Paused) return;
        try
        {
            if (slot.Paused) Resume(consumer, slot);
            else
            {
                consumer.Pause([slot.Partition]);
                slot.Paused = true;
                if (slot.Lane is not null) telemetry.Paused();
            }
        }
        catch (KafkaException failure)
        {
            errors.Report(failure.Error);
        }
    }

    /// <summary>For partitions that are being taken away: inside the handler, while they are still assigned.</summary>
    public static void Clear(IConsumer<byte[], byte[]> consumer, IEnumerable<PartitionSlot> slots)
    {
        foreach (PartitionSlot slot in slots.Where(slot => slot.Paused))
        {
            consumer.Resume([slot.Partition]);
            slot.Paused = false;
        }
    }

    /// <remarks>
    /// The client's thread for a broker does not notice a resumption: when all its partitions were paused it sleeps for up to a second more. Any request
    /// that goes through it wakes it; with this cheap one the first record comes after 1 to 4 ms where it took 940.
    /// </remarks>
    private static void Resume(IConsumer<byte[], byte[]> consumer, PartitionSlot slot)
    {
        consumer.Resume([slot.Partition]);
        slot.Paused = false;
        consumer.QueryWatermarkOffsets(slot.Partition, WakeTimeout);
    }
}
