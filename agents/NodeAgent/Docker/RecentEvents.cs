using Agents.NodeAgent.Engines;

namespace Agents.NodeAgent.Docker;

/// <summary>
/// Tells events that are read again after a reconnect from new ones. Engines give events of one instant again, and may write two in the
/// opposite order of their
/// times, so the stream is always opened somewhat before the newest event. Not thread-safe.
/// </summary>
internal sealed class RecentEvents
{
    /// <summary>Docker Engine remembers 256 events itself, podman some thousands, of which the overlap holds few.</summary>
    internal const int Remembered = 1024;

    private const long OverlapNs = 2_000_000_000;

    private readonly HashSet<EngineEvent> _known = [];
    private readonly Queue<EngineEvent> _order = new();

    /// <summary>The event with the newest time; null when none was seen.</summary>
    public EngineEvent? Newest { get; private set; }

    /// <summary>From where to read on; null for from now on.</summary>
    public long? ResumeNs => Newest is { } newest ? newest.TimeNs - OverlapNs : null;

    /// <summary>False when the event was added before.</summary>
    public bool Add(EngineEvent seen)
    {
        if (!_known.Add(seen)) return false;
        _order.Enqueue(seen);
        if (_order.Count > Remembered) _known.Remove(_order.Dequeue());
        if (Newest is null || seen.TimeNs >= Newest.TimeNs) Newest = seen;
        return true;
    }
}
