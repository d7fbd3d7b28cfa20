namespace Pipeline.Replay;

/// <summary>Holds a replay to a multiple of the speed at which things happened.</summary>
/// <param name="speed">Null for no holding back.</param>
internal sealed class Pace(double? speed, TimeProvider time)
{
    private long _began;
    private DateTimeOffset? _first;

    public bool IsSet => speed is not null;

    /// <summary>Waits until the instant may be passed; what lies before the range is not held back.</summary>
    public async Task WaitAsync(DateTimeOffset at, DateTimeOffset from, CancellationToken cancellation)
    {
        if (speed is not { } factor || at < from) return;
        if (_first is not { } first)
        {
            (_first, _began) = (at, time.GetTimestamp());
            return;
        }

        TimeSpan ahead = (at - first) / factor - time.GetElapsedTime(_began);
        if (ahead > TimeSpan.Zero) await Task.Delay(ahead, time, cancellation);
    }
}
