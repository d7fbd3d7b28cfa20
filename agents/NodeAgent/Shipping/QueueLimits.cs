namespace Agents.NodeAgent.Shipping;

/// <summary>Bounds of what waits in memory for the log.</summary>
/// <param name="Events">Events that may wait, at least 1.</param>
/// <param name="Bytes">Their weight together, at least 1.</param>
internal sealed record QueueLimits(int Events, long Bytes)
{
    /// <summary>What a busy node does in ten seconds, or 32 MiB, whichever is less.</summary>
    public static QueueLimits Default { get; } = new(65_536, 32 * 1024 * 1024);
}
