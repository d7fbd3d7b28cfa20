using System.Collections.Immutable;
using Confluent.Kafka;
using Pipeline.Runtime.Ports;

namespace Pipeline.Publishing;

/// <summary>What one topic tells of the stored events.</summary>
/// <param name="Position">Name of the stored position.</param>
/// <param name="Messages">Of a page of events.</param>
/// <param name="CleanupPolicy">Of a topic that is created; empty for the broker's default.</param>
internal sealed record TopicContent(
    string Position, string Topic, Func<IReadOnlyList<AlarmEventRecord>, ImmutableArray<Message<byte[], byte[]>>> Messages, string CleanupPolicy = "")
{
    /// <summary>Every event.</summary>
    public static TopicContent Events(AlarmTopicOptions options) =>
        new("alarms-topic", options.Topic, events => [.. events.Select(AlarmMessage.Of)]);

    /// <summary>Each alarm of a page once, as it stands.</summary>
    public static TopicContent States(AlarmTopicOptions options) => new(
        "alarm-state-topic", options.StateTopic,
        events => [.. events.Reverse().DistinctBy(e => e.Event.AlarmId).Reverse().Select(AlarmMessage.StateOf)],
        "compact");
}
