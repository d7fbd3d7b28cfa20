using Confluent.Kafka;

namespace Pipeline.Ingest.Consuming;

/// <summary>
/// Measures how far each partition is behind the end of its log. The client knows the end from its fetches; for paused partitions, which it does not fetch,
/// and after all brokers were down, the broker is asked. Poll thread only, except for <see cref="BrokersAreDown"/> (called inside Consume).
/// </summary>
internal sealed class LagMeter(TimeProvider time, Telemetry telemetry, TransientErrors errors)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(1);
    private long _last;

    /// <summary>False from the moment the client has no broker left until one answers again.</summary>
    public bool BrokerAnswers { get; private set; } = true;

    public void BrokersAreDown() => BrokerAnswers = false;

    public void Measure(IConsumer<byte[], byte[]> consumer, IReadOnlyCollection<PartitionSlot> slots)
    {
        if (time.GetElapsedTime(_last) < Interval) return;
        _last = time.GetTimestamp();
        foreach (PartitionSlot slot in slots)
        {
            if (EndOf(consumer, slot) is not { } end) return;
            long position = slot.Lane?.ProcessedOffset ?? slot.Lane?.Checkpoint.NextOffset ?? 0;
            telemetry.Level(slot.Partition.Partition.Value, Math.Max(0, end - position), slot.Lane?.Held.Records ?? 0);
        }
    }

    /// <summary>Null when the broker does not answer; then the others are not asked either, as each would take the whole timeout.</summary>
    private long? EndOf(IConsumer<byte[], byte[]> consumer, PartitionSlot slot)
    {
        Offset known = slot.Paused || !BrokerAnswers ? Offset.Unset : consumer.GetWatermarkOffsets(slot.Partition).High;
        if (known != Offset.Unset) return known.Value;
        try
        {
            long end = consumer.QueryWatermarkOffsets(slot.Partition, AskTimeout).High.Value;
            BrokerAnswers = true;
            return end;
        }
        catch (KafkaException failure)
        {
            errors.Report(failure.Error);
            return null;
        }
    }
}
