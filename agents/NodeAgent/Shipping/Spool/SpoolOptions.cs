namespace Agents.NodeAgent.Shipping.Spool;

/// <summary>Where messages wait on disk while the log is away, and how much of the disk they may have.</summary>
/// <param name="Directory">Made when absent, for its owner only.</param>
/// <param name="Bytes">Bound of all segment files together; at least one message.</param>
internal sealed record SpoolOptions(string Directory, long Bytes)
{
    private const long SmallestSegment = 1024 * 1024;
    private const long LargestSegment = 16 * 1024 * 1024;

    public const long StandardBytes = 256L * 1024 * 1024;

    /// <summary>
    /// Size at which a segment is closed. The disk's room is given back by whole segments, so they are a small part of the bound.
    /// </summary>
    public long SegmentBytes { get; init; } = Math.Clamp(Bytes / 16, SmallestSegment, LargestSegment);

    /// <summary>
    /// How often what was appended is forced to the disk: what a power failure may take. A killed agent loses none of it.
    /// </summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a disk that refused is left alone.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(10);
}
