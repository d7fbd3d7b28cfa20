using System.Collections.Immutable;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Replay.Timelines;

/// <summary>The processes of a container as its events tell them, up to an instant. Not thread-safe.</summary>
internal sealed class ProcessTree
{
    private readonly Dictionary<(NodeBoot Node, int Pid, long Start), Alive> _alive = [];

    public void Apply(TracedEvent e)
    {
        if (e.Container is ContainerAction.Died or ContainerAction.Removed) _alive.Clear();
        if (e.Task is not { } task) return;
        var key = (new NodeBoot(e.Id.Node, e.Id.Boot), task.Tgid, task.StartNs);
        if (e.Process == ProcessAction.Exited)
        {
            _alive.Remove(key);
            return;
        }

        // After an exec the arguments are new; a child begins with those of its parent; other events do not say them.
        var origin = e.Process == ProcessAction.Forked ? (key.Item1, task.ParentTgid, task.ParentStartNs) : key;
        ImmutableArray<string> arguments = e.Process is ProcessAction.Executed or ProcessAction.Existing ? e.Arguments
            : _alive.TryGetValue(origin, out Alive? before) ? before.Arguments : [];
        DateTimeOffset? since = e.Process is ProcessAction.Forked ? Wall(e.WallNs) : _alive.GetValueOrDefault(key)?.Since;
        _alive[key] = new Alive(task, e.Program, e.Name, arguments, since);
    }

    /// <summary>Parents before their children, these by their start.</summary>
    public ImmutableArray<TimelineProcess> Processes()
    {
        var told = ImmutableArray.CreateBuilder<TimelineProcess>();
        var children = _alive.Where(p => HasParent(p.Key, p.Value))
            .ToLookup(p => (p.Key.Node, p.Value.Task.ParentTgid, p.Value.Task.ParentStartNs));
        var open = new Stack<((NodeBoot Node, int Pid, long Start) Key, int Depth)>(
            _alive.Where(p => !HasParent(p.Key, p.Value)).OrderByDescending(p => p.Key.Start).ThenByDescending(p => p.Key.Pid)
                .Select(p => (p.Key, 0)));
        while (open.TryPop(out var next))
        {
            Alive process = _alive[next.Key];
            told.Add(process.Told(next.Depth));
            foreach (var child in children[next.Key].OrderByDescending(p => p.Key.Start).ThenByDescending(p => p.Key.Pid))
                open.Push((child.Key, next.Depth + 1));
        }

        return told.ToImmutable();
    }

    public static DateTimeOffset Wall(long ns) => new EventTime(0, ns).Wall;

    /// <summary>A process is older than its children, so that damaged parents make no circle.</summary>
    private bool HasParent((NodeBoot Node, int Pid, long Start) key, Alive process) =>
        process.Task.ParentStartNs <= key.Start && (process.Task.ParentTgid, process.Task.ParentStartNs) != (key.Pid, key.Start)
        && (process.Task.ParentStartNs < key.Start || process.Task.ParentTgid < key.Pid)
        && _alive.ContainsKey((key.Node, process.Task.ParentTgid, process.Task.ParentStartNs));

    private sealed record Alive(TaskRecord Task, string Program, string Name, ImmutableArray<string> Arguments, DateTimeOffset? Since)
    {
        public TimelineProcess Told(int depth) => new(
            depth, Task.Tgid, Task.NamespaceTgid, Task.ParentTgid, Program, Name, Arguments, Task.EffectiveUid, Task.CapEffective, Since);
    }
}
