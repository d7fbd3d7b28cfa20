using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// How far the event time of one boot of one node has come: the latest event less the allowed lateness, never falling. It ticks once for
/// every step over a whole second of the boot clock, told event by event, so that ticks fall between the same two events however the log
/// was cut into batches.
/// </summary>
public struct Watermark
{
    /// <summary>
    /// How much later than its successors an event may arrive and still be in time: agents sort within 0.1-0.2 s, ten times that covers a
    /// busy node.
    /// </summary>
    public const long AllowedLatenessNs = 2 * EventTime.NanosecondsPerSecond;

    private bool _started;
    private long _second;

    /// <summary>Boot time of the latest event so far.</summary>
    public long LatestNs { get; private set; }

    /// <summary>Takes note of an event.</summary>
    /// <returns>True when it moved the watermark over a whole second, then at <paramref name="watermarkNs"/>.</returns>
    public bool Passes(long bootNs, out long watermarkNs)
    {
        watermarkNs = 0;
        if (_started && bootNs <= LatestNs) return false;
        LatestNs = bootNs;
        long second = SecondOf(bootNs - AllowedLatenessNs);
        bool ticks = _started && second > _second;
        _started = true;
        _second = second;
        watermarkNs = second * EventTime.NanosecondsPerSecond;
        return ticks;
    }

    /// <summary>Whether an event comes later than others of its time may.</summary>
    public readonly bool IsLate(long bootNs) => _started && bootNs < LatestNs - AllowedLatenessNs;

    /// <summary>The whole second of a boot clock that an instant lies in.</summary>
    public static long SecondOf(long bootNs) =>
        bootNs >= 0 ? bootNs / EventTime.NanosecondsPerSecond : ((bootNs + 1) / EventTime.NanosecondsPerSecond) - 1;

    internal readonly void Save(BinaryWriter state)
    {
        state.Write(_started);
        state.Write(LatestNs);
    }

    internal static Watermark Load(BinaryReader state)
    {
        bool started = state.ReadBoolean();
        long latest = state.ReadInt64();
        return new Watermark { _started = started, LatestNs = latest, _second = started ? SecondOf(latest - AllowedLatenessNs) : 0 };
    }
}
