namespace Agents.NodeAgent.Shipping;

/// <summary>Bounds of what waits in memory for the log.</summary>
/// <param name="Events">Events that may wait, at least 1.</param>
/// <param name="Bytes">Their weight together, at least 1.</param>
internal sealed record QueueLimits(int Events, long Bytes)
{
    /// <summary>A quarter of an hour of a busy container engine, or 32 MiB, whichever is less.</summary>
    public static QueueLimits Default { get; } = new(16_384, 32 * 1024 * 1024);
}
