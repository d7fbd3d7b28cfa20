namespace Agents.NodeAgent.Inventory;

/// <summary>
/// Tells the processes of exec sessions (docker exec, a probe) from those of the container's own first process: both begin with a process
/// whose parent is outside, and the first process is the oldest of them.
/// </summary>
internal sealed class ExecSessions
{
    private readonly IReadOnlyDictionary<int, ProcessGlance> _all;
    private readonly Dictionary<string, ProcessGlance> _first = [];

    public ExecSessions(IReadOnlyDictionary<int, ProcessGlance> all)
    {
        _all = all;
        foreach (ProcessGlance glance in all.Values)
        {
            if (glance.Place.Container is not { Id: var id } || ParentInside(glance) is not null) continue;
            if (!_first.TryGetValue(id, out ProcessGlance? first) || AgeOf(glance).CompareTo(AgeOf(first)) < 0) _first[id] = glance;
        }
    }

    /// <param name="ownPids">In a pid namespace of its own orphans fall to its first process; without one they leave the container, and
    /// nothing can be told.</param>
    public bool Holds(ProcessGlance glance, bool ownPids)
    {
        if (!ownPids || glance.Place.Container is not { Id: var id }) return false;
        var seen = new HashSet<int>();
        while (seen.Add(glance.Tgid) && ParentInside(glance) is { } parent) glance = parent;
        return _first.TryGetValue(id, out ProcessGlance? first) && first.Tgid != glance.Tgid;
    }

    private static (long, int) AgeOf(ProcessGlance glance) => (glance.Stat.StartTicks, glance.Tgid);

    private ProcessGlance? ParentInside(ProcessGlance glance) =>
        _all.TryGetValue(glance.Stat.ParentTgid, out ProcessGlance? parent) && parent.Place.Container?.Id == glance.Place.Container?.Id
            ? parent
            : null;
}
