using DevBroker.Protocol;
using DevBroker.Storage;

namespace DevBroker.Apis;

/// <summary>Making, growing and removing topics.</summary>
internal static class TopicApis
{
    private sealed record NewTopic(string Name, int Partitions, short Replicas, int Assigned, Dictionary<string, string?> Config);

    private sealed record Growth(string Name, int Partitions);

    public static void Create(Broker broker, Call call)
    {
        short version = call.Version;
        List<NewTopic> topics = call.Reader.Array(elementBytesMin: 9, ReadNewTopic);
        call.Reader.Int32();
        bool isTrial = version >= 1 && call.Reader.Boolean();

        call.WriteThrottleTime(sinceVersion: 2);
        call.Writer.Array(topics, (to, topic) =>
        {
            (ErrorCode error, string? message) = Create(broker, topic, isTrial);
            to.String(topic.Name);
            to.Error(error);
            if (version >= 1) to.String(message);
            if (version >= 5) WriteCreated(to, error == ErrorCode.None ? broker.Topics.Find(topic.Name) : null);
            to.Tags();
        });
        call.Writer.Tags();
    }

    public static void Delete(Broker broker, Call call)
    {
        List<string> names = call.Reader.Array(elementBytesMin: 1, static from => from.String());

        call.WriteThrottleTime(sinceVersion: 1);
        call.Writer.Array(names, (to, name) =>
        {
            to.String(name);
            to.Error(broker.Topics.Delete(name));
            if (call.Version >= 5) to.String(null);
            to.Tags();
        });
        call.Writer.Tags();
    }

    public static void CreatePartitions(Broker broker, Call call)
    {
        List<Growth> topics = call.Reader.Array(elementBytesMin: 6, static from =>
        {
            var growth = new Growth(from.String(), from.Int32());
            from.Array(elementBytesMin: 1, static assignment =>
            {
                assignment.Array(elementBytesMin: 4, static node => node.Int32());
                assignment.Tags();
                return 0;
            });
            from.Tags();
            return growth;
        });
        call.Reader.Int32();
        bool isTrial = call.Reader.Boolean();

        call.WriteThrottleTime(sinceVersion: 0);
        call.Writer.Array(topics, (to, growth) =>
        {
            Topic? topic = broker.Topics.Find(growth.Name);
            ErrorCode error = topic is null ? ErrorCode.UnknownTopicOrPartition
                : growth.Partitions <= topic.Partitions.Length ? ErrorCode.InvalidPartitions
                : isTrial ? ErrorCode.None
                : broker.Topics.Grow(growth.Name, growth.Partitions);
            to.String(growth.Name);
            to.Error(error);
            to.String(error == ErrorCode.InvalidPartitions ? $"The topic has {topic?.Partitions.Length} partitions and can only get more." : null);
            to.Tags();
        });
        call.Writer.Tags();
    }

    private static NewTopic ReadNewTopic(FrameReader reader)
    {
        string name = reader.String();
        int partitions = reader.Int32();
        short replicas = reader.Int16();
        int assigned = reader.Array(elementBytesMin: 5, static from =>
        {
            from.Int32();
            from.Array(elementBytesMin: 4, static node => node.Int32());
            from.Tags();
            return 0;
        }).Count;
        var config = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach ((string key, string? value) in reader.Array(elementBytesMin: 2, ConfigApis.ReadEntry)) config[key] = value;
        reader.Tags();
        return new NewTopic(name, partitions, replicas, assigned, config);
    }

    private static (ErrorCode Error, string? Message) Create(Broker broker, NewTopic topic, bool isTrial)
    {
        if (!TopicStore.IsName(topic.Name)) return (ErrorCode.InvalidTopic, "The name is not legal.");
        if (broker.Topics.Find(topic.Name) is not null) return (ErrorCode.TopicAlreadyExists, $"Topic '{topic.Name}' already exists.");
        if (topic.Replicas is not (1 or -1) && topic.Assigned == 0) return (ErrorCode.InvalidReplicationFactor, "There is only one node.");
        string? problem = topic.Config.Select(entry => TopicConfig.Problem(entry.Key, entry.Value)).FirstOrDefault(found => found is not null);
        if (problem is not null) return (ErrorCode.InvalidConfig, problem);
        int partitions = topic.Assigned > 0 ? topic.Assigned : topic.Partitions == -1 ? broker.Options.DefaultPartitions : topic.Partitions;
        if (partitions < 1 || partitions > broker.Options.PartitionsMax) return (ErrorCode.InvalidPartitions, "The number of partitions is out of range.");
        if (isTrial) return (ErrorCode.None, null);
        return (broker.Topics.Create(topic.Name, partitions, topic.Config.ToDictionary(entry => entry.Key, entry => entry.Value!)), null);
    }

    private static void WriteCreated(FrameWriter writer, Topic? topic)
    {
        writer.Int32(topic?.Partitions.Length ?? -1);
        writer.Int16((short)(topic is null ? -1 : 1));
        if (topic is null)
        {
            writer.ArrayLength(-1);
            return;
        }

        writer.Array(TopicConfig.Settings, (to, setting) =>
        {
            to.String(setting.Name);
            to.String(topic.Config.Value(setting.Name));
            to.Boolean(false);
            to.Int8(ConfigApis.SourceOf(topic.Config, setting));
            to.Boolean(false);
            to.Tags();
        });
    }
}
