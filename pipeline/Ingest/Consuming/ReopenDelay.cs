namespace Pipeline.Ingest.Consuming;

/// <summary>How long a partition rests before its lane is opened again: doubling from <paramref name="Least"/> up to <paramref name="Most"/>.</summary>
internal readonly record struct ReopenDelay(TimeSpan Least, TimeSpan Most)
{
    /// <param name="failures">Failures in a row, this one included; at least 1.</param>
    public TimeSpan After(int failures)
    {
        double factor = Math.Pow(2, Math.Min(failures, 30) - 1);
        return factor * Least < Most ? factor * Least : Most;
    }
}
