namespace Pipeline.Ingest;

/// <summary>Lets each kind of message through at most once a minute and counts what it holds back. Thread-safe; the kinds must be few.</summary>
internal sealed class LogLimiter<TKind>(TimeProvider time)
    where TKind : notnull
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<TKind, (long Logged, long HeldBack)> _kinds = [];

    /// <param name="heldBack">Messages of this kind since the last one that was let through.</param>
    public bool Lets(TKind kind, out long heldBack)
    {
        lock (_lock)
        {
            bool known = _kinds.TryGetValue(kind, out (long Logged, long HeldBack) last);
            heldBack = last.HeldBack;
            if (known && time.GetElapsedTime(last.Logged) < Quiet)
            {
                _kinds[kind] = last with { HeldBack = heldBack + 1 };
                return false;
            }

            _kinds[kind] = (time.GetTimestamp(), 0);
            return true;
        }
    }
}
