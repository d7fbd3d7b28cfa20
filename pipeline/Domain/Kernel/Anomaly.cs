using System.Collections.Immutable;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// What a log says that cannot have happened so, or not in that order. None of it stops anything: enrichment makes the best of it, and
/// counts.
/// </summary>
public enum Anomaly : byte
{
    /// <summary>An event came later than the allowed lateness: time went back.</summary>
    LateEvent,

    /// <summary>A process without a number, or that starts after it did something.</summary>
    ImpossibleProcess,

    /// <summary>A fork whose parent was never seen.</summary>
    UnknownParent,

    /// <summary>A fork after the child's own exec or exit.</summary>
    LateFork,

    /// <summary>An exec older than what is known of the process, or of one that has ended.</summary>
    LateExec,

    /// <summary>The end of a process whose beginning was never seen.</summary>
    UnknownExit,

    /// <summary>A process that ended twice.</summary>
    RepeatedExit,

    /// <summary>The end of a process was missed: its number is another process's.</summary>
    MissedExit,
}

/// <summary>Counts anomalies until somebody takes the counts. Not thread-safe.</summary>
internal sealed class AnomalyTally
{
    private readonly long[] _counts = new long[Enum.GetValues<Anomaly>().Length];
    private bool _any;

    public void Note(Anomaly anomaly)
    {
        _counts[(int)anomaly]++;
        _any = true;
    }

    /// <summary>What was counted since the last call, in the order of the kinds.</summary>
    public ImmutableArray<(Anomaly Kind, long Count)> Take()
    {
        if (!_any) return [];
        ImmutableArray<(Anomaly Kind, long Count)> taken =
            [.. _counts.Select((count, kind) => ((Anomaly)kind, count)).Where(counted => counted.count > 0)];
        Array.Clear(_counts);
        _any = false;
        return taken;
    }
}
