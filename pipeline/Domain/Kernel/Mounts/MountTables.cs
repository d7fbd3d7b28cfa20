using System.Collections.Immutable;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel.Mounts;

/// <summary>
/// Keeps the mount tables of one boot of a node. Tables of a container go a while after its end, since events of its last moments come
/// after the news of it. Over the bounds the namespace goes that nothing was said about for longest, the host's last of all.
/// </summary>
internal sealed class MountTables
{
    /// <summary>A node runs up to some hundred containers with one mount namespace each, and services with private ones.</summary>
    public const int MostNamespaces = 2048;

    /// <summary>A container has about 30 mounts; at some 300 bytes each (most texts repeat) this is 20 MB.</summary>
    public const int MostRows = 65_536;

    /// <summary>A host has three or four mounts for each container and one for each volume of a pod.</summary>
    public const int MostRowsInNamespace = 16_384;

    /// <summary>Event time for which the mounts of a container that has ended stay known.</summary>
    public const long TombstoneNs = 60 * EventTime.NanosecondsPerSecond;

    private const int LongestText = 1024;

    private readonly RecencyMap<uint, long> _lastSaid = new(MostNamespaces);
    private readonly Queue<(uint Namespace, long EndedNs)> _ended = new();
    private HostSign _hostSign;

    /// <summary>
    /// Whose namespaces are, of those that a process was seen in since the tables last changed: most news of processes is none.
    /// </summary>
    private readonly Dictionary<uint, string> _noted = [];

    /// <summary>The tables after the last event.</summary>
    public MountView View
    {
        get;
        private set
        {
            field = value;
            _noted.Clear();
        }
    }

    = MountView.Empty;

    public long Evicted { get; private set; }

    public void Apply(EventBatch batch, in EventRecord e, long bootNs, TextPool texts)
    {
        ref readonly MountRecord mount = ref batch.Mounts[e.Index];
        if (e.Task != EventRecord.NoTask && batch.Tasks[e.Task] is var task && task.MountNs == mount.MountNs)
        {
            string containerId = texts.Text(batch, task.ContainerId, LongestText);
            if (containerId.Length == 0) NoteHost(mount.MountNs, HostSign.Mounts);
            else NoteContainer(mount.MountNs, containerId, bootNs);
        }

        if (mount.MountNs == 0 || mount.MountId == 0) return;
        if (mount.Action == MountAction.Unmounted)
        {
            View = View.Without(mount.MountId);
            return;
        }

        Set(new MountRow(
            mount.MountId, mount.ParentId, mount.MountNs, mount.Device,
            texts.Text(batch, mount.Root, LongestText), texts.Text(batch, mount.MountPoint, LongestText),
            texts.Text(batch, mount.FileSystem, LongestText), texts.Text(batch, mount.Source, LongestText),
            texts.Text(batch, mount.Options, LongestText)), bootNs);
    }

    /// <summary>A process shows whose a namespace is.</summary>
    public void NoteProcess(in TaskRecord task, string containerId, long bootNs)
    {
        if (containerId.Length == 0) NoteHost(task.MountNs, task.Tgid == 1 ? HostSign.Init : HostSign.Process);
        else NoteContainer(task.MountNs, containerId, bootNs);
    }

    /// <summary>A container has ended: its mounts go in a while, unless its namespace's number is given out again before.</summary>
    public void NoteEnd(string containerId, long bootNs)
    {
        foreach (MountNamespace of in View.Namespaces.Values.Where(n => n.ContainerId == containerId).OrderBy(n => n.Number))
        {
            if (_ended.Count == MostNamespaces) Forget(_ended.Dequeue());
            _ended.Enqueue((of.Number, bootNs));
        }
    }

    public void Advance(long watermarkNs)
    {
        while (_ended.TryPeek(out (uint Namespace, long EndedNs) oldest) && oldest.EndedNs + TombstoneNs <= watermarkNs)
            Forget(_ended.Dequeue());
    }

    public void Save(BinaryWriter state)
    {
        state.Write(View.HostNamespace);
        state.Write((byte)_hostSign);
        state.Write(_lastSaid.Count);
        foreach ((uint number, long lastSaidNs) in _lastSaid.OldestFirst)
        {
            state.Write(number);
            state.Write(lastSaidNs);
            MountState.Save(state, View.Namespaces.GetValueOrDefault(number));
        }

        state.Write(_ended.Count);
        foreach ((uint number, long endedNs) in _ended)
        {
            state.Write(number);
            state.Write(endedNs);
        }
    }

    public static MountTables Load(BinaryReader state, TextPool texts)
    {
        var tables = new MountTables
        {
            View = MountView.Empty with { HostNamespace = state.ReadUInt32() },
            _hostSign = (HostSign)state.ReadByte(),
        };
        for (int left = state.ReadCount(MostNamespaces); left > 0; left--)
        {
            uint number = state.ReadUInt32();
            tables._lastSaid.Set(number, state.ReadInt64());
            tables.View = MountState.Load(state, number, tables.View, texts);
        }

        for (int left = state.ReadCount(MostNamespaces); left > 0; left--) tables._ended.Enqueue((state.ReadUInt32(), state.ReadInt64()));
        return tables;
    }

    private void Set(MountRow row, long bootNs)
    {
        Say(row.Namespace, bootNs);
        MountNamespace? into = View.Namespaces.GetValueOrDefault(row.Namespace);
        MountRow? before = into?.Rows.GetValueOrDefault(row.Id);
        if (row == before) return; // the agent repeats its tables every few minutes
        if (before is null && into?.Rows.Count >= MostRowsInNamespace)
        {
            Evicted++;
            return;
        }

        View = View.With(row);
        while (View.Owners.Count > MostRows && _lastSaid.Count > 1)
        {
            KeyValuePair<uint, long> oldest = _lastSaid.OldestFirst.First();
            _lastSaid.Remove(oldest.Key);
            Evict(oldest);
        }
    }

    /// <summary>
    /// A process in the host's own namespace may be one that has left its container: that does not make the namespace its own.
    /// </summary>
    private void NoteContainer(uint number, string containerId, long bootNs)
    {
        if (number == 0 || number == View.HostNamespace) return;
        if (_noted.TryGetValue(number, out string? noted) && noted == containerId) return;
        MountNamespace? known = View.Namespaces.GetValueOrDefault(number);
        if (known?.ContainerId == containerId)
        {
            _noted[number] = containerId;
            return;
        }

        if (known?.ContainerId.Length > 0)
        {
            // The kernel gives the numbers of namespaces out again at once, often before the engine tells of the end, and then nothing of
            // the old table is true. Of a process that has entered another container's namespace the agent announces that table anew.
            View = View.Without(known);
            known = null;
        }

        Say(number, bootNs);
        View = View.With((known ?? new MountNamespace(number, "", ImmutableDictionary<int, MountRow>.Empty)).Of(containerId));
    }

    private void Say(uint number, long bootNs)
    {
        if (_lastSaid.Set(number, bootNs, out KeyValuePair<uint, long> evicted)) Evict(evicted);
    }

    private void Evict(KeyValuePair<uint, long> oldest)
    {
        if (oldest.Key == View.HostNamespace && _lastSaid.Count > 0)
        {
            // Without the host's table no path of the host can be told.
            KeyValuePair<uint, long> next = _lastSaid.OldestFirst.First();
            _lastSaid.Remove(next.Key);
            _lastSaid.Set(oldest.Key, oldest.Value);
            oldest = next;
        }

        Evicted++;
        if (View.Namespaces.TryGetValue(oldest.Key, out MountNamespace? gone)) View = View.Without(gone);
    }

    private void Forget((uint Namespace, long EndedNs) ended)
    {
        if (!_lastSaid.TryGet(ended.Namespace, out long lastSaidNs) || lastSaidNs > ended.EndedNs) return;
        _lastSaid.Remove(ended.Namespace);
        if (View.Namespaces.TryGetValue(ended.Namespace, out MountNamespace? gone)) View = View.Without(gone);
    }

    /// <summary>The best sign so far decides; of equally good ones the first.</summary>
    private void NoteHost(uint number, HostSign sign)
    {
        if (sign <= _hostSign || number == 0) return;
        if (sign != HostSign.Init && View.Namespaces.GetValueOrDefault(number)?.ContainerId.Length > 0) return;
        _hostSign = sign;
        View = View with { HostNamespace = number };
        if (View.Host is { ContainerId.Length: > 0 } host) View = View.With(host.Of(""));
    }

    /// <summary>
    /// How the host's namespace is told, ascending: a service of the host may have a namespace of its own, the first process of the node
    /// has not.
    /// </summary>
    private enum HostSign : byte
    {
        None = 0,
        Process = 1,
        Mounts = 2,
        Init = 3,
    }
}
