namespace Pipeline.Ingest.Consuming;

/// <summary>When a lane's buffer stops the fetching of its partition and when it lets it go on. The low marks lie below the high ones.</summary>
public readonly record struct FlowMarks(int HighRecords, int LowRecords, long HighBytes, long LowBytes);

/// <summary>
/// What a lane's buffer holds, and whether its partition should be fetched. It closes when records or bytes reach their high mark and opens when both are
/// back at their low mark. The distance between the marks keeps pauses rare: a pause throws away what the client library has prefetched for the partition.
/// Thread-safe: the poll thread adds, the lane takes.
/// </summary>
internal sealed class FlowGate(FlowMarks marks)
{
    private readonly Lock _lock = new();
    private int _records;
    private long _bytes;
    private bool _closed;

    public bool IsClosed
    {
        get
        {
            lock (_lock) return _closed;
        }
    }

    public (int Records, long Bytes) Held
    {
        get
        {
            lock (_lock) return (_records, _bytes);
        }
    }

    /// <summary>Counts an element in; true when that closed the gate.</summary>
    public bool Add(int bytes)
    {
        lock (_lock)
        {
            _records++;
            _bytes += bytes;
            if (_closed || (_records < marks.HighRecords && _bytes < marks.HighBytes)) return false;
            _closed = true;
            return true;
        }
    }

    /// <summary>Counts an element out; true when that opened the gate.</summary>
    public bool Take(int bytes)
    {
        lock (_lock)
        {
            _records--;
            _bytes -= bytes;
            if (!_closed || _records > marks.LowRecords || _bytes > marks.LowBytes) return false;
            _closed = false;
            return true;
        }
    }
}
