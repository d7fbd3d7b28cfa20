using DevBroker.Protocol;
using DevBroker.Storage;

namespace DevBroker.Apis;

/// <summary>Where things are: on this one node.</summary>
internal static class MetadataApi
{
    /// <summary>Says that authorised operations were not asked for, or are not known.</summary>
    private const int NoOperations = int.MinValue;

    public static void Handle(Broker broker, Call call)
    {
        FrameReader reader = call.Reader;
        List<string>? names = reader.NullableArray(elementBytesMin: 1, from =>
        {
            string name = from.String();
            from.Tags();
            return name;
        });
        bool mayCreate = call.Version < 4 || reader.Boolean();
        if (call.Version == 0 && names is { Count: 0 }) names = null;

        FrameWriter writer = call.Writer;
        (string host, int port) = broker.AddressFor(call.Peer);
        call.WriteThrottleTime(sinceVersion: 3);
        writer.ArrayLength(1);
        writer.Int32(Broker.NodeId);
        writer.String(host);
        writer.Int32(port);
        if (call.Version >= 1) writer.String(null);
        writer.Tags();
        if (call.Version >= 2) writer.String(broker.ClusterId);
        if (call.Version >= 1) writer.Int32(Broker.NodeId);
        names ??= [.. broker.Topics.Topics.Select(topic => topic.Name).Order(StringComparer.Ordinal)];
        writer.Array(names, (to, name) => WriteTopic(to, call.Version, name, broker.FindOrCreate(name, mayCreate)));
        if (call.Version is >= 8 and <= 10) writer.Int32(NoOperations);
        writer.Tags();
    }

    public static void FindCoordinator(Broker broker, Call call)
    {
        call.Reader.String();
        bool isTransaction = call.Version >= 1 && call.Reader.Int8() == 1;

        (string host, int port) = broker.AddressFor(call.Peer);
        FrameWriter writer = call.Writer;
        call.WriteThrottleTime(sinceVersion: 1);
        writer.Error(isTransaction ? ErrorCode.TransactionalIdAuthorizationFailed : ErrorCode.None);
        if (call.Version >= 1) writer.String(isTransaction ? ProduceApi.NoTransactions : null);
        writer.Int32(isTransaction ? -1 : Broker.NodeId);
        writer.String(isTransaction ? "" : host);
        writer.Int32(isTransaction ? -1 : port);
        writer.Tags();
    }

    private static void WriteTopic(FrameWriter writer, short version, string name, Topic? topic)
    {
        writer.Error(topic is not null ? ErrorCode.None : TopicStore.IsName(name) ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopic);
        writer.String(name);
        if (version >= 1) writer.Boolean(false);
        int count = topic?.Partitions.Length ?? 0;
        writer.ArrayLength(count);
        for (int i = 0; i < count; i++)
        {
            writer.Error(ErrorCode.None);
            writer.Int32(i);
            writer.Int32(Broker.NodeId);
            if (version >= 7) writer.Int32(PartitionLog.LeaderEpoch);
            WriteNodes(writer);
            WriteNodes(writer);
            if (version >= 5) writer.ArrayLength(0);
            writer.Tags();
        }

        if (version >= 8) writer.Int32(NoOperations);
        writer.Tags();
    }

    private static void WriteNodes(FrameWriter writer)
    {
        writer.ArrayLength(1);
        writer.Int32(Broker.NodeId);
    }
}
