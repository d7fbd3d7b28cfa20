namespace Pipeline.Replay;

/// <summary>How far a replay is. Thread-safe.</summary>
public sealed class ReplayProgress(TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();
    private long _records;
    private long _events;

    /// <summary>Records to be read; 0 until it is known.</summary>
    public long Total { get; internal set; }

    public long Records => Interlocked.Read(ref _records);

    public long Events => Interlocked.Read(ref _events);

    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    public double EventsPerSecond => Events / Math.Max(Elapsed.TotalSeconds, 1e-3);

    /// <summary>At the speed so far; null before anything is known.</summary>
    public TimeSpan? Left => Records > 0 && Total > 0 ? Elapsed * ((double)Math.Max(0, Total - Records) / Records) : null;

    internal void Add(long records, long events)
    {
        Interlocked.Add(ref _records, records);
        Interlocked.Add(ref _events, events);
    }
}
