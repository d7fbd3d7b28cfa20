namespace Pipeline.EventStore;

/// <summary>
/// The end of a sequence that transactions take numbers from in one order and commit in another: how far it was read, and which numbers
/// below that may still be committed. A number that is not there after <see cref="LongestTransaction"/> was rolled back. Not thread-safe.
/// </summary>
internal sealed class SequenceTail
{
    /// <summary>Longer than the store lets a transaction live.</summary>
    public static readonly TimeSpan LongestTransaction = TimeSpan.FromSeconds(90);

    private const int MostMissing = 10_000;

    private readonly SortedDictionary<long, DateTimeOffset> _missing = [];

    /// <param name="newest">The newest numbers there are, in any order; empty where there are none.</param>
    public SequenceTail(IReadOnlyCollection<long> newest, DateTimeOffset now)
    {
        if (newest.Count == 0) return;
        High = newest.Min() - 1;
        Take(newest, now);
    }

    /// <summary>Highest number seen.</summary>
    public long High { get; private set; }

    /// <summary>Numbers below it that were not seen.</summary>
    public long[] Missing => [.. _missing.Keys];

    /// <summary>Everything up to here was seen or will never be.</summary>
    public long Position => _missing.Count == 0 ? High : _missing.Keys.First() - 1;

    public void Take(IEnumerable<long> numbers, DateTimeOffset now)
    {
        foreach (long number in numbers.Order())
        {
            if (!_missing.Remove(number))
                for (long skipped = Math.Max(High + 1, number - MostMissing); skipped < number; skipped++) _missing[skipped] = now;
            High = Math.Max(High, number);
        }

        Forget(now);
    }

    /// <summary>Gives up what is missing for too long.</summary>
    public void Forget(DateTimeOffset now)
    {
        long[] gone = [.. _missing.Where(one => now - one.Value > LongestTransaction).Select(one => one.Key)];
        foreach (long number in gone) _missing.Remove(number);
        while (_missing.Count > MostMissing) _missing.Remove(_missing.Keys.First());
    }
}
