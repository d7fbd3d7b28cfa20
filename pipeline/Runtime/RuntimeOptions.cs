namespace Pipeline.Runtime;

/// <summary>Settings of the runtime. <see cref="Validate"/> names every bound.</summary>
public sealed record RuntimeOptions
{
    /// <summary>How often a partition that has moved stores a checkpoint: what has to be processed again after a crash.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Records after which a checkpoint is stored without waiting for the interval.</summary>
    public int CheckpointRecords { get; init; } = 50_000;

    /// <summary>
    /// Alarm events of one partition that may wait for the store; at this many the partition waits too. One batch may exceed it.
    /// </summary>
    public int AlarmsWaiting { get; init; } = 10_000;

    /// <summary>Alarm events in one commit; what gathers while a commit is under way goes into the next one together.</summary>
    public int AlarmsPerCommit { get; init; } = 500;

    /// <summary>Rest before the store is tried again: doubles from the least to the most while it is away.</summary>
    public TimeSpan RetryDelayLeast { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan RetryDelayMost { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Failures of detectors that are remembered, to know one on the same event again; the oldest is forgotten beyond.</summary>
    public int FailuresRemembered { get; init; } = 10_000;

    /// <summary>What is wrong, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Within(CheckpointInterval, 0.1, 600)) yield return "CheckpointInterval must be 0.1 seconds to 10 minutes.";
        if (CheckpointRecords is < 1 or > 10_000_000) yield return "CheckpointRecords must be 1 to 10,000,000.";
        if (AlarmsWaiting is < 1 or > 1_000_000) yield return "AlarmsWaiting must be 1 to 1,000,000.";
        if (AlarmsPerCommit is < 1 or > 10_000) yield return "AlarmsPerCommit must be 1 to 10,000.";
        if (!Within(RetryDelayLeast, 0.001, 60)) yield return "RetryDelayLeast must be 1 millisecond to 1 minute.";
        if (RetryDelayMost < RetryDelayLeast || RetryDelayMost > TimeSpan.FromMinutes(10))
            yield return "RetryDelayMost must be RetryDelayLeast to 10 minutes.";
        if (FailuresRemembered is < 1 or > 1_000_000) yield return "FailuresRemembered must be 1 to 1,000,000.";
    }

    private static bool Within(TimeSpan value, double leastSeconds, double mostSeconds) =>
        value.TotalSeconds >= leastSeconds && value.TotalSeconds <= mostSeconds;
}
