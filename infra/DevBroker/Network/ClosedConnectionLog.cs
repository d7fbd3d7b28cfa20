using Microsoft.Extensions.Logging;

namespace DevBroker.Network;

/// <summary>Tells why connections were closed, at most once a second, so that a flood of bad peers is no flood of lines. Thread-safe.</summary>
internal sealed class ClosedConnectionLog(ILogger logger, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private long _lastWritten;
    private long _unwritten;

    public void Write(string peer, string reason)
    {
        lock (_gate)
        {
            if (_lastWritten != 0 && clock.GetElapsedTime(_lastWritten) < Interval)
            {
                _unwritten++;
                return;
            }

            _lastWritten = clock.GetTimestamp();
            Log.ConnectionClosed(logger, peer, reason, _unwritten);
            _unwritten = 0;
        }
    }
}
