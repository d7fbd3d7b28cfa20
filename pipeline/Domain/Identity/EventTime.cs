namespace Pipeline.Domain.Identity;

/// <summary>
/// When an event happened, twice: <see cref="BootNs"/> (CLOCK_BOOTTIME, nanoseconds, clock_gettime(2)) orders events and bounds windows within one
/// boot of one node; <see cref="WallNs"/> (nanoseconds since 1970-01-01 UTC) is for people and for joining nodes, and may jump.
/// </summary>
public readonly record struct EventTime(long BootNs, long WallNs)
{
    public const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The wall time in .NET's resolution of 100 ns; clamped to the range of <see cref="DateTimeOffset"/>.</summary>
    public DateTimeOffset Wall
    {
        get
        {
            long ticks = DateTimeOffset.UnixEpoch.Ticks + WallNs / 100;
            return new DateTimeOffset(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), TimeSpan.Zero);
        }
    }
}
