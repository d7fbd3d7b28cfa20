namespace Pipeline.Ingest.Consuming;

/// <summary>Where the reading of a partition starts.</summary>
/// <param name="Offset">First offset to read; null for the beginning of a partition that was never processed.</param>
/// <param name="Expected">Where the checkpoint wanted to start, when the log does not allow it; null otherwise.</param>
internal readonly record struct StartPosition(long? Offset, long? Expected)
{
    /// <summary>
    /// Fits a checkpoint to what the log still has. Left to itself the client library would reset an offset out of range silently.
    /// </summary>
    /// <param name="next">The checkpoint's next offset; null when nothing was ever processed.</param>
    /// <param name="low">The log's first offset.</param>
    /// <param name="high">The offset after the log's last record.</param>
    public static StartPosition From(long? next, long low, long high) =>
        next is null ? default
        : next < low || next > high ? new StartPosition(low, next)
        : new StartPosition(next, null);
}
