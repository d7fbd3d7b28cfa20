namespace Agents.NodeAgent.Hashing;

/// <summary>Spreads reading over time: a budget of bytes in a second that is not saved up while nothing is read. Not thread-safe.</summary>
internal sealed class BytePace(long bytesPerSecond, TimeProvider time)
{
    private long _freeAt = time.GetTimestamp();

    /// <summary>Takes so many bytes from the budget; how long to wait before reading on.</summary>
    public TimeSpan Take(int bytes)
    {
        long now = time.GetTimestamp();
        _freeAt = Math.Max(_freeAt, now) + (long)((double)bytes / bytesPerSecond * time.TimestampFrequency);
        return TimeSpan.FromSeconds((double)(_freeAt - now) / time.TimestampFrequency);
    }
}
