namespace Simulation;

/// <summary>
/// Everything that the code under test does after an await comes here, and goes on when the simulation picks it: one thread, and an order
/// that the seed decides.
/// </summary>
internal sealed class SeededContext(Random random) : SynchronizationContext
{
    private readonly Lock _lock = new();
    private readonly List<(SendOrPostCallback Work, object? State)> _ready = [];

    public bool IsQuiet
    {
        get
        {
            lock (_lock) return _ready.Count == 0;
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_lock) _ready.Add((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("nothing blocks in a simulation");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Lets one of those that wait go on.</summary>
    public void Step()
    {
        (SendOrPostCallback work, object? state) next;
        lock (_lock)
        {
            int index = _ready.Count == 1 ? 0 : random.Next(_ready.Count);
            next = _ready[index];
            _ready.RemoveAt(index);
        }

        next.work(next.state);
    }
}
