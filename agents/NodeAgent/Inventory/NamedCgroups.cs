namespace Agents.NodeAgent.Inventory;

/// <summary>
/// The namespaces of containerd. It puts a container of its own into the cgroup /NAMESPACE/NAME (oci.WithDefaultSpec) and reports it as
/// NAMESPACE/NAME here: the one is told from the other by them alone, before there is any such container. Whoever asks containerd tells of
/// them; they are never forgotten. Safe from any thread.
/// </summary>
internal sealed class NamedCgroups
{
    /// <summary>More than anybody has; as many as the programs in the kernel hold.</summary>
    private const int Most = 256;

    /// <summary>The host's own cgroups have such names, and containers put there could not be told from its services.</summary>
    private static readonly string[] Units = [".slice", ".scope", ".service"];

    private readonly Lock _adding = new();
    private volatile IReadOnlyList<string> _spaces = [];
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>In the order in which they were told of.</summary>
    public IReadOnlyList<string> Spaces => _spaces;

    /// <summary>Ends when there is one more than now.</summary>
    public Task Changed
    {
        get
        {
            lock (_adding) return _changed.Task;
        }
    }

    public void Add(string space)
    {
        if (_spaces.Contains(space) || Array.Exists(Units, unit => space.EndsWith(unit, StringComparison.Ordinal))) return;
        lock (_adding)
        {
            if (_spaces.Count >= Most || _spaces.Contains(space)) return;
            _spaces = [.. _spaces, space];
            _changed.SetResult();
            _changed = NewSignal();
        }
    }

    /// <summary>The id of the container whose cgroup this is or holds it; null when it is none of these.</summary>
    /// <param name="path">From the root of its hierarchy.</param>
    public string? ContainerOf(string path)
    {
        if (_spaces.Count == 0 || path.Split('/', 4) is not ["", var space, { Length: > 0 } name, ..] || !_spaces.Contains(space))
            return null;
        return $"{space}/{name}";
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
