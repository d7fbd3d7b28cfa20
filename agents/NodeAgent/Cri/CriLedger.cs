using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Cri;

/// <summary>
/// What happened to containers, from how far each was when it was looked at: lists and events say the same in different words and at
/// different
/// times, and each step is told once. Bounded: what goes beyond is not followed. Not thread-safe.
/// </summary>
internal sealed class CriLedger(int most)
{
    /// <summary>Removed ones of which late news may still come.</summary>
    private const int Remembered = 1024;

    private readonly Dictionary<string, CriStage> _stages = new(StringComparer.Ordinal);
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
    private readonly Queue<string> _removedOrder = new();

    /// <summary>Ids that have not been removed.</summary>
    public IReadOnlyCollection<string> Ids => _stages.Keys;

    /// <summary>True when the container is known to have come at least this far.</summary>
    public bool Has(string id, CriStage stage) =>
        _removed.Contains(id) || (_stages.TryGetValue(id, out CriStage known) && known >= stage);

    /// <summary>Notes how far a container is without anything to tell.</summary>
    public void Note(string id, CriStage stage)
    {
        if (_stages.Count < most || _stages.ContainsKey(id)) _stages[id] = stage;
    }

    /// <summary>The steps that the container took since it was looked at last, in their order.</summary>
    /// <param name="ran">Of one that ended: whether it ever ran.</param>
    public IReadOnlyList<ContainerAction> Advance(string id, CriStage to, bool ran = true)
    {
        if (Has(id, to)) return [];
        bool known = _stages.TryGetValue(id, out CriStage from);
        if (!known && to == CriStage.Removed) return [];
        if (!known && _stages.Count >= most) return [];
        var steps = new List<ContainerAction>();
        if (!known) steps.Add(ContainerAction.Created);
        if ((!known || from < CriStage.Running) && to is CriStage.Running or CriStage.Ended && ran) steps.Add(ContainerAction.Started);
        bool wasRunning = (known && from == CriStage.Running) || steps.Contains(ContainerAction.Started);
        if (to >= CriStage.Ended && wasRunning) steps.Add(ContainerAction.Died);
        if (to == CriStage.Removed) Remove(id, steps);
        else _stages[id] = to;
        return steps;
    }

    private void Remove(string id, List<ContainerAction> steps)
    {
        steps.Add(ContainerAction.Removed);
        _stages.Remove(id);
        if (!_removed.Add(id)) return;
        _removedOrder.Enqueue(id);
        if (_removedOrder.Count > Remembered) _removed.Remove(_removedOrder.Dequeue());
    }
}
