using System.Text.Json.Serialization;

namespace DevBroker.Storage;

/// <summary>A topic's description as stored in its directory.</summary>
internal sealed record TopicDescription(int Partitions, Dictionary<string, string> Config);

[JsonSerializable(typeof(TopicDescription))]
[JsonSerializable(typeof(Dictionary<string, TopicDescription>))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true)]
internal sealed partial class TopicJson : JsonSerializerContext;

/// <summary>A topic as it is now; a change makes a new one. Partitions are shared between the versions.</summary>
internal sealed record Topic(string Name, TopicConfig Config, PartitionLog[] Partitions)
{
    public PartitionLog? Partition(int index) => index >= 0 && index < Partitions.Length ? Partitions[index] : null;
}
