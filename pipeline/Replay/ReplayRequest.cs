namespace Pipeline.Replay;

/// <summary>What to replay.</summary>
/// <param name="From">Alarm events of this time on are told; what came before is read as far as detectors have to know it.</param>
/// <param name="To">Alarm events before this time are told.</param>
public sealed record ReplayRequest(string Topic, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Only this node; null for all.</summary>
    public string? Node { get; init; }

    /// <summary>Only alarms of containers whose id begins so; null for all.</summary>
    public string? Container { get; init; }

    /// <summary>Only alarms of images that match, "*" for any characters; null for all.</summary>
    public string? Image { get; init; }

    /// <summary>Go on without what is missing, and mark the result.</summary>
    public bool AllowGaps { get; init; }

    /// <summary>Keep the detectors' state at the end of each segment in the archive, for later replays to begin with.</summary>
    public bool SaveStates { get; init; }

    /// <summary>Partitions at once.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>How many times faster than it happened; null for as fast as it goes.</summary>
    public double? Speed { get; init; }

    /// <summary>Whether an instant is one that is asked about.</summary>
    public bool Covers(DateTimeOffset at) => at >= From && at < To;
}

/// <summary>A replay cannot be done as asked; the message says exactly what is missing, for people.</summary>
public sealed class ReplayException(string message) : Exception(message);
