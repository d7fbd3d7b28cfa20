namespace Agents.NodeAgent.Engines;

/// <summary>
/// The containers that the engine told of and has not removed, and what was said about them, so that what happened while the engine was
/// away shows by comparison.
/// Bounded: containers beyond the bound are not remembered. Safe from any thread.
/// </summary>
internal sealed class KnownContainers(int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <param name="Version">Changes with every event that is read about the container.</param>
    /// <param name="Ended">Its end was told, and no start since.</param>
    internal readonly record struct Known(bool Described, bool Running, long Version, bool Ended);

    public Known? Find(string id)
    {
        lock (_gate) return _known.TryGetValue(id, out Known known) ? known : null;
    }

    /// <summary>Notes that an event about the container was read and waits to be handled.</summary>
    public void Touch(string id) => Change(id, known => known with { Version = known.Version + 1 });

    /// <summary>Notes that its description was passed on.</summary>
    public void Describe(string id) => Change(id, known => known with { Described = true });

    public void Run(string id, bool running) =>
        Change(id, known => known with { Running = running, Ended = known.Ended && !running });

    /// <summary>Notes that its end was passed on.</summary>
    public void End(string id) => Change(id, known => known with { Running = false, Ended = true });

    public void Forget(string id)
    {
        lock (_gate) _known.Remove(id);
    }

    public KeyValuePair<string, Known>[] Snapshot()
    {
        lock (_gate) return [.. _known];
    }

    private void Change(string id, Func<Known, Known> change)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(id, out Known known) || _known.Count < most) _known[id] = change(known);
        }
    }
}
