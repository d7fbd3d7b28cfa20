using DevBroker.Protocol;

namespace DevBroker.Apis;

/// <summary>A topic's name with something for each of some partitions, the shape of half the protocol.</summary>
internal sealed record TopicItems<T>(string Topic, List<T> Partitions);

internal static class TopicItems
{
    /// <summary>Reads an array of topics with an array of partitions each.</summary>
    /// <param name="itemBytesMin">The fewest bytes of one partition's item.</param>
    public static List<TopicItems<T>> Read<T>(FrameReader reader, int itemBytesMin, Func<FrameReader, T> readItem) =>
        NullableRead(reader, itemBytesMin, readItem) ?? [];

    public static List<TopicItems<T>>? NullableRead<T>(FrameReader reader, int itemBytesMin, Func<FrameReader, T> readItem) =>
        reader.NullableArray(elementBytesMin: 2, from =>
        {
            var topic = new TopicItems<T>(from.String(), from.Array(itemBytesMin, readItem));
            from.Tags();
            return topic;
        });

    /// <summary>Writes the same shape, one call per partition with its topic's name.</summary>
    public static void Write<T>(FrameWriter writer, IReadOnlyCollection<TopicItems<T>> topics, Action<FrameWriter, string, T> writeItem) =>
        writer.Array(topics, (to, topic) =>
        {
            to.String(topic.Topic);
            to.Array(topic.Partitions, (inner, item) => writeItem(inner, topic.Topic, item));
            to.Tags();
        });
}
