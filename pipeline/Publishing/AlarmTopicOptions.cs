namespace Pipeline.Publishing;

/// <summary>Settings of the <c>alarms</c> and <c>alarm-state</c> topics.</summary>
public sealed record AlarmTopicOptions
{
    /// <summary>host:port, comma separated.</summary>
    public required string BootstrapServers { get; init; }

    public string Topic { get; init; } = "alarms";

    /// <summary>Where alarms go as they stand; its cleanup policy must be compact.</summary>
    public string StateTopic { get; init; } = "alarm-state";

    /// <summary>Creates the topics when they are missing, with the broker's default replication.</summary>
    public bool CreateTopic { get; init; }

    /// <summary>Partitions of each created topic.</summary>
    public int CreatedPartitions { get; init; } = 4;

    /// <summary>More librdkafka settings (security for example). They win over ours, except for those that keep order and completeness.</summary>
    public IReadOnlyDictionary<string, string> ClientSettings { get; init; } = new Dictionary<string, string>();
}
