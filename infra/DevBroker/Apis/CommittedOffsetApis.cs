using DevBroker.Groups;
using DevBroker.Protocol;

namespace DevBroker.Apis;

/// <summary>Positions of consumer groups.</summary>
internal static class CommittedOffsetApis
{
    /// <summary>Kafka's default for the text a client may store with a position.</summary>
    private const int MetadataCharsMax = 4096;

    private readonly record struct Item(int Partition, long Offset, int LeaderEpoch, string? Metadata);

    public static void Commit(Broker broker, Call call)
    {
        short version = call.Version;
        FrameReader reader = call.Reader;
        string groupId = reader.String();
        int generation = reader.Int32();
        string memberId = reader.String();
        string? instanceId = version >= 7 ? reader.NullableString() : null;
        if (version <= 4) reader.Int64();
        List<TopicItems<Item>> topics = TopicItems.Read(reader, itemBytesMin: 13, from =>
        {
            var item = new Item(from.Int32(), from.Int64(), version >= 6 ? from.Int32() : -1, from.NullableString());
            from.Tags();
            return item;
        });

        ErrorCode refusal = broker.Groups.CheckCommit(groupId, memberId, instanceId, generation);
        if (refusal == ErrorCode.None) refusal = Store(broker, groupId, topics);
        call.WriteThrottleTime(sinceVersion: 3);
        TopicItems.Write(call.Writer, topics, (to, topic, item) =>
        {
            to.Int32(item.Partition);
            to.Error(refusal != ErrorCode.None ? refusal : Judge(broker, topic, item));
            to.Tags();
        });
        call.Writer.Tags();
    }

    public static void Fetch(Broker broker, Call call)
    {
        short version = call.Version;
        string groupId = call.Reader.String();
        List<TopicItems<int>>? asked = TopicItems.NullableRead(call.Reader, itemBytesMin: 4, static from => from.Int32());

        IReadOnlyDictionary<TopicPartition, CommittedOffset> offsets = broker.Groups.Offsets.Of(groupId);
        asked ??= [.. offsets.Keys.GroupBy(key => key.Topic).Select(topic => new TopicItems<int>(topic.Key, [.. topic.Select(key => key.Partition)]))];
        call.WriteThrottleTime(sinceVersion: 3);
        TopicItems.Write(call.Writer, asked, (to, topic, partition) =>
        {
            CommittedOffset? offset = offsets.GetValueOrDefault(new TopicPartition(topic, partition));
            to.Int32(partition);
            to.Int64(offset?.Offset ?? -1);
            if (version >= 5) to.Int32(offset?.LeaderEpoch ?? -1);
            to.String(offset?.Metadata ?? "");
            to.Error(ErrorCode.None);
            to.Tags();
        });
        if (version >= 2) call.Writer.Error(ErrorCode.None);
        call.Writer.Tags();
    }

    private static ErrorCode Store(Broker broker, string groupId, List<TopicItems<Item>> topics)
    {
        long nowMs = broker.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        return broker.Groups.Offsets.Commit(groupId,
        [
            .. from topic in topics
               from item in topic.Partitions
               where Judge(broker, topic.Topic, item) == ErrorCode.None
               select (new TopicPartition(topic.Topic, item.Partition), new CommittedOffset(item.Offset, item.LeaderEpoch, item.Metadata, nowMs)),
        ]);
    }

    private static ErrorCode Judge(Broker broker, string topic, Item item) =>
        broker.Topics.Find(topic, item.Partition) is null ? ErrorCode.UnknownTopicOrPartition
        : item.Metadata?.Length > MetadataCharsMax ? ErrorCode.OffsetMetadataTooLarge
        : item.Offset < 0 ? ErrorCode.InvalidRequest
        : ErrorCode.None;
}
