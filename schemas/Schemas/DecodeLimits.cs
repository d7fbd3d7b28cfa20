namespace Pipeline.Schemas;

/// <summary>
/// What a message may ask of its reader. The defaults lie far above what the agent writes (256 events, about 40 KB) and Kafka's own default
/// for a message (1 MiB), and keep a hostile message within a few tens of megabytes.
/// </summary>
public sealed record DecodeLimits
{
    public static DecodeLimits Default { get; } = new();

    /// <summary>Bytes of a whole message, framing included.</summary>
    public int MaxMessageBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Events of a batch; also the bound of its task snapshots.</summary>
    public int MaxEvents { get; init; } = 8192;

    /// <summary>Items of any other array or map (mounts, labels, arguments).</summary>
    public int MaxItems { get; init; } = 4096;

    /// <summary>Bytes of one string or bytes value.</summary>
    public int MaxTextBytes { get; init; } = 1024 * 1024;
}
