namespace Agents.NodeAgent.Shipping;

/// <summary>How events travel to the log.</summary>
internal sealed record ShippingOptions
{
    /// <summary>Addresses of some brokers, host:port, separated by commas.</summary>
    public required string Brokers { get; init; }

    public string Topic { get; init; } = "node-events";

    /// <summary>
    /// Events in one message, 1 to 256. One for tools that want an event a message; more cost the log and its readers far less.
    /// </summary>
    public int BatchEvents { get; init; } = MostBatchEvents;

    /// <summary>
    /// How close messages may follow one another unless they are full. An event on a quiet node does not wait at all, and neither do those
    /// of the kernel's ring: it is looked at less often.
    /// </summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(15);

    /// <summary>
    /// Bytes of a message before compression. Half of what brokers accept unless they are told otherwise (message.max.bytes, 1 MB).
    /// </summary>
    public int MessageBytes { get; init; } = 512 * 1024;

    /// <summary>Messages on their way at a time.</summary>
    public int InFlight { get; init; } = 16;

    public QueueLimits Queue { get; init; } = QueueLimits.Default;

    public const int MostBatchEvents = 256;
}
