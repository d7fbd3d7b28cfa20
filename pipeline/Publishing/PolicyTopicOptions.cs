namespace Pipeline.Publishing;

/// <summary>Settings of writing the <c>policies</c> topic.</summary>
public sealed record PolicyTopicOptions
{
    /// <summary>host:port, comma separated.</summary>
    public required string BootstrapServers { get; init; }

    public string Topic { get; init; } = "policies";

    /// <summary>More librdkafka settings (security for example).</summary>
    public IReadOnlyDictionary<string, string> ClientSettings { get; init; } = new Dictionary<string, string>();
}
