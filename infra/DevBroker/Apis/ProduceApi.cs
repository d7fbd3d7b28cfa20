using DevBroker.Protocol;
using DevBroker.Storage;

namespace DevBroker.Apis;

/// <summary>Appending batches, and the identities of the producers that want each batch stored once.</summary>
internal static class ProduceApi
{
    public const string NoTransactions = "This server does not support transactions.";

    private readonly record struct Item(int Partition, Memory<byte>? Records);

    private readonly record struct Outcome(int Partition, AppendResult Result, long StartOffset);

    public static ValueTask HandleAsync(Broker broker, Call call)
    {
        FrameReader reader = call.Reader;
        bool isTransactional = call.Version >= 3 && reader.NullableString() is not null;
        short acks = reader.Int16();
        reader.Int32();
        List<TopicItems<Item>> topics = TopicItems.Read(reader, itemBytesMin: 5, static from =>
        {
            var item = new Item(from.Int32(), from.NullableBytes());
            from.Tags();
            return item;
        });

        ErrorCode refusal = isTransactional ? ErrorCode.TransactionalIdAuthorizationFailed
            : acks is < -1 or > 1 ? ErrorCode.InvalidRequiredAcks
            : ErrorCode.None;
        List<TopicItems<Outcome>> outcomes = [.. topics.Select(topic => AppendAll(broker, topic, refusal))];
        call.HasResponse = acks != 0;
        if (call.HasResponse) Write(call, outcomes);
        return ValueTask.CompletedTask;
    }

    public static void InitProducerId(Broker broker, Call call)
    {
        bool isTransactional = call.Reader.NullableString() is not null;

        FrameWriter writer = call.Writer;
        call.WriteThrottleTime(sinceVersion: 0);
        writer.Error(isTransactional ? ErrorCode.TransactionalIdAuthorizationFailed : ErrorCode.None);
        writer.Int64(isTransactional ? -1 : broker.ProducerIds.Next());
        writer.Int16((short)(isTransactional ? -1 : 0));
        writer.Tags();
    }

    private static TopicItems<Outcome> AppendAll(Broker broker, TopicItems<Item> topic, ErrorCode refusal)
    {
        Topic? target = broker.FindOrCreate(topic.Topic, mayCreate: true);
        return new TopicItems<Outcome>(topic.Topic, [.. topic.Partitions.Select(item =>
        {
            PartitionLog? log = target?.Partition(item.Partition);
            AppendResult result = refusal != ErrorCode.None ? Refused(refusal)
                : log is null ? Refused(ErrorCode.UnknownTopicOrPartition)
                : Append(log, item.Records ?? default);
            return new Outcome(item.Partition, result, log?.StartOffset ?? -1);
        })]);
    }

    private static AppendResult Append(PartitionLog log, Memory<byte> records)
    {
        Span<byte> data = records.Span;
        if (data.Length < RecordBatch.HeaderBytes) return Refused(ErrorCode.CorruptMessage, "The batch is too short.");
        RecordBatch batch = RecordBatch.Read(data);
        if (batch.Magic != 2) return Refused(ErrorCode.UnsupportedForMessageFormat, "Only batches of format 2 are stored.");
        if (batch.SizeBytes != data.Length) return Refused(ErrorCode.InvalidRecord, "There has to be exactly one batch.");
        if (batch.SizeBytes > log.Config.MaxMessageBytes) return Refused(ErrorCode.MessageTooLarge);
        if (!batch.CrcFits(data)) return Refused(ErrorCode.CorruptMessage, "The check sum does not fit.");
        if (batch.IsTransactional || batch.IsControl) return Refused(ErrorCode.InvalidRecord, NoTransactions);
        if (!batch.IsPlausible) return Refused(ErrorCode.UnsupportedCompressionType);
        if (batch.RecordCount < 1 || batch.RecordCount != batch.LastOffsetDelta + 1)
            return Refused(ErrorCode.InvalidRecord, "The number of records is not that of the offsets.");
        if (log.Config.IsCompacted && !HasKeys(batch, data)) return Refused(ErrorCode.InvalidRecord, "A compacted topic needs keys.");
        return log.Append(data, batch);
    }

    private static bool HasKeys(in RecordBatch batch, ReadOnlySpan<byte> data)
    {
        List<Record> records = RecordSet.Read(batch, data);
        return records.Count == batch.RecordCount && records.TrueForAll(record => record.Key is not null);
    }

    private static AppendResult Refused(ErrorCode error, string? message = null) => new(error, -1, message);

    private static void Write(Call call, List<TopicItems<Outcome>> outcomes)
    {
        short version = call.Version;
        TopicItems.Write(call.Writer, outcomes, (to, _, outcome) =>
        {
            to.Int32(outcome.Partition);
            to.Error(outcome.Result.Error);
            to.Int64(outcome.Result.BaseOffset);
            if (version >= 2) to.Int64(-1);
            if (version >= 5) to.Int64(outcome.StartOffset);
            if (version >= 8)
            {
                to.ArrayLength(0);
                to.String(outcome.Result.Message);
            }

            to.Tags();
        });
        call.WriteThrottleTime(sinceVersion: 1);
        call.Writer.Tags();
    }
}
