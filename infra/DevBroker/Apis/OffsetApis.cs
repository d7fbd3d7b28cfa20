using DevBroker.Protocol;
using DevBroker.Storage;

namespace DevBroker.Apis;

/// <summary>Questions about offsets of a log, and moving its start.</summary>
internal static class OffsetApis
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long MaxTimestamp = -3;

    private readonly record struct Asked(int Partition, int CurrentLeaderEpoch, long Timestamp);

    private readonly record struct Until(int Partition, long Offset);

    private readonly record struct Epoch(int Partition, int CurrentLeaderEpoch, int LeaderEpoch);

    /// <summary>Judges the epoch in which a client believes the partition to be; -1 says it does not know.</summary>
    public static ErrorCode CheckEpoch(int currentLeaderEpoch) =>
        currentLeaderEpoch > PartitionLog.LeaderEpoch ? ErrorCode.UnknownLeaderEpoch : ErrorCode.None;

    public static void ListOffsets(Broker broker, Call call)
    {
        short version = call.Version;
        FrameReader reader = call.Reader;
        reader.Int32();
        if (version >= 2) reader.Int8();
        List<TopicItems<Asked>> topics = TopicItems.Read(reader, itemBytesMin: 12, from =>
        {
            var asked = new Asked(from.Int32(), version >= 4 ? from.Int32() : -1, from.Int64());
            from.Tags();
            return asked;
        });

        call.WriteThrottleTime(sinceVersion: 2);
        TopicItems.Write(call.Writer, topics, (to, topic, asked) =>
        {
            PartitionLog? log = broker.Topics.Find(topic, asked.Partition);
            ErrorCode error = log is null ? ErrorCode.UnknownTopicOrPartition : CheckEpoch(asked.CurrentLeaderEpoch);
            (long offset, long timestamp) = error == ErrorCode.None ? Find(log!, asked.Timestamp) : (-1, -1);
            to.Int32(asked.Partition);
            to.Error(error);
            to.Int64(timestamp);
            to.Int64(offset);
            if (version >= 4) to.Int32(offset < 0 ? -1 : PartitionLog.LeaderEpoch);
            to.Tags();
        });
        call.Writer.Tags();
    }

    public static void DeleteRecords(Broker broker, Call call)
    {
        List<TopicItems<Until>> topics = TopicItems.Read(call.Reader, itemBytesMin: 12, static from =>
        {
            var until = new Until(from.Int32(), from.Int64());
            from.Tags();
            return until;
        });

        call.WriteThrottleTime(sinceVersion: 0);
        TopicItems.Write(call.Writer, topics, (to, topic, until) =>
        {
            PartitionLog? log = broker.Topics.Find(topic, until.Partition);
            ErrorCode error = log is null ? ErrorCode.UnknownTopicOrPartition : log.DeleteBefore(until.Offset);
            to.Int32(until.Partition);
            to.Int64(error == ErrorCode.None ? log!.StartOffset : -1);
            to.Error(error);
            to.Tags();
        });
        call.Writer.Tags();
    }

    public static void OffsetForLeaderEpoch(Broker broker, Call call)
    {
        short version = call.Version;
        if (version >= 3) call.Reader.Int32();
        List<TopicItems<Epoch>> topics = TopicItems.Read(call.Reader, itemBytesMin: 8, from =>
        {
            var epoch = new Epoch(from.Int32(), version >= 2 ? from.Int32() : -1, from.Int32());
            from.Tags();
            return epoch;
        });

        call.WriteThrottleTime(sinceVersion: 2);
        TopicItems.Write(call.Writer, topics, (to, topic, epoch) =>
        {
            PartitionLog? log = broker.Topics.Find(topic, epoch.Partition);
            ErrorCode error = log is null ? ErrorCode.UnknownTopicOrPartition : CheckEpoch(epoch.CurrentLeaderEpoch);
            bool isKnown = error == ErrorCode.None && epoch.LeaderEpoch == PartitionLog.LeaderEpoch;
            to.Error(error);
            to.Int32(epoch.Partition);
            if (version >= 1) to.Int32(isKnown ? PartitionLog.LeaderEpoch : -1);
            to.Int64(isKnown ? log!.EndOffset : -1);
            to.Tags();
        });
        call.Writer.Tags();
    }

    private static (long Offset, long Timestamp) Find(PartitionLog log, long timestamp) => timestamp switch
    {
        Latest => (log.EndOffset, -1),
        Earliest => (log.StartOffset, -1),
        MaxTimestamp => log.FindMaxTimestamp() ?? (-1, -1),
        _ => log.FindTime(timestamp) ?? (-1, -1),
    };
}
