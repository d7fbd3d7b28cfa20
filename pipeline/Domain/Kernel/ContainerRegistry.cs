using System.Text;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// The containers of one node as their engine described them. A removed one is still known for a while, since events of its last moments
/// come after the news of its end. Over the bound the one whose engine has been silent about it for longest is forgotten.
/// </summary>
internal sealed class ContainerRegistry
{
    /// <summary>
    /// A kubelet runs 110 pods by default, and up to 500 are known from the field; each may hold a few containers, running or exited.
    /// </summary>
    public const int MostContainers = 4096;

    /// <summary>Event time for which a removed container stays known.</summary>
    public const long TombstoneNs = 600 * EventTime.NanosecondsPerSecond;

    /// <summary>Longest container id that tasks are matched by, in bytes.</summary>
    private const int LongestId = 256;

    private readonly RecencyMap<string, Entry> _entries = new(MostContainers);

    /// <summary>The same containers by the bytes of their ids, which is what tasks name them by.</summary>
    private readonly Dictionary<byte[], ContainerContext> _byUtf8 = new(Utf8Texts.Comparer);

    private readonly Dictionary<byte[], ContainerContext>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;

    private readonly Queue<Tombstone> _tombstones = new();

    public ContainerRegistry() => _bySpan = _byUtf8.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => _entries.Count;

    public long Evicted { get; private set; }

    public ContainerContext? Find(string id) => _entries.TryGet(id, out Entry entry) ? entry.Context : null;

    /// <param name="id">UTF-8; empty is none.</param>
    public ContainerContext? Find(ReadOnlySpan<byte> id) =>
        id.Length is > 0 and <= LongestId && _bySpan.TryGetValue(id, out ContainerContext? found) ? found : null;

    /// <summary>Whether it forgets a container when event time of this boot passes an instant.</summary>
    public bool ForgetsBy(BootId boot, long watermarkNs) => _tombstones.TryPeek(out Tombstone? oldest) && IsDue(oldest, boot, watermarkNs);

    public ContainerContext Apply(ContainerRecord record, BootId boot, long bootNs)
    {
        ContainerContext? known = Find(record.ContainerId);
        if (record.Action == ContainerAction.Created && known?.Last == ContainerAction.Removed) known = null; // the id was given out again
        var context = new ContainerContext(
            record.ContainerId,
            record.Runtime.Length > 0 ? record.Runtime : known?.Runtime ?? "",
            record.Spec ?? known?.Spec,
            record.Action);

        bool removed = record.Action == ContainerAction.Removed;
        var tombstone = new Tombstone(record.ContainerId, boot, bootNs);
        Set(record.ContainerId, new Entry(context, removed ? tombstone : null));
        if (removed) Bury(tombstone);
        return context;
    }

    /// <summary>
    /// Event time of this boot has passed <paramref name="watermarkNs"/>: what was removed long before goes, and what an earlier boot
    /// removed.
    /// </summary>
    /// <returns>True when a container was forgotten.</returns>
    public bool Advance(BootId boot, long watermarkNs)
    {
        int before = Count;
        while (ForgetsBy(boot, watermarkNs)) Forget(_tombstones.Dequeue());
        return Count < before;
    }

    public void Save(BinaryWriter state)
    {
        state.Write(_entries.Count);
        foreach ((string _, Entry entry) in _entries.OldestFirst)
        {
            state.WriteText(entry.Context.ContainerId);
            state.WriteText(entry.Context.Runtime);
            state.Write((byte)entry.Context.Last);
            state.Write(entry.Context.Spec is not null);
            if (entry.Context.Spec is not null) ContainerSpecState.Save(state, entry.Context.Spec);
            state.Write(entry.Removed is not null);
        }

        state.Write(_tombstones.Count);
        foreach (Tombstone tombstone in _tombstones)
        {
            state.WriteText(tombstone.ContainerId);
            state.WriteText(tombstone.Boot.Value);
            state.Write(tombstone.RemovedNs);
        }
    }

    public static ContainerRegistry Load(BinaryReader state)
    {
        var registry = new ContainerRegistry();
        var removed = new HashSet<string>();
        for (int left = state.ReadCount(MostContainers); left > 0; left--)
        {
            string id = state.ReadText();
            string runtime = state.ReadText();
            var last = (ContainerAction)state.ReadByte();
            var context = new ContainerContext(id, runtime, state.ReadBoolean() ? ContainerSpecState.Load(state) : null, last);
            registry.Set(id, new Entry(context, null));
            if (state.ReadBoolean()) removed.Add(id);
        }

        for (int left = state.ReadCount(MostContainers); left > 0; left--)
            registry._tombstones.Enqueue(new Tombstone(state.ReadText(), new BootId(state.ReadText()), state.ReadInt64()));
        registry.Reunite(removed);
        return registry;
    }

    /// <summary>The newest tombstone of an id is that of its entry, where the entry is a removed one.</summary>
    private void Reunite(HashSet<string> removed)
    {
        var newest = new Dictionary<string, Tombstone>();
        foreach (Tombstone tombstone in _tombstones)
        {
            if (removed.Contains(tombstone.ContainerId)) newest[tombstone.ContainerId] = tombstone;
        }

        var order = _entries.OldestFirst.ToList();
        _entries.Clear();
        foreach ((string id, Entry entry) in order) _entries.Set(id, entry with { Removed = newest.GetValueOrDefault(id) });
    }

    private void Bury(Tombstone tombstone)
    {
        if (_tombstones.Count == MostContainers) Forget(_tombstones.Dequeue());
        _tombstones.Enqueue(tombstone);
    }

    private void Forget(Tombstone tombstone)
    {
        if (_entries.TryGet(tombstone.ContainerId, out Entry entry) && ReferenceEquals(entry.Removed, tombstone))
        {
            _entries.Remove(tombstone.ContainerId);
            _byUtf8.Remove(Encoding.UTF8.GetBytes(tombstone.ContainerId));
        }
    }

    private static bool IsDue(Tombstone tombstone, BootId boot, long watermarkNs) =>
        tombstone.Boot != boot || tombstone.RemovedNs + TombstoneNs <= watermarkNs;

    private void Set(string id, Entry entry)
    {
        if (_entries.Set(id, entry, out KeyValuePair<string, Entry> evicted))
        {
            Evicted++;
            _byUtf8.Remove(Encoding.UTF8.GetBytes(evicted.Key));
        }

        _byUtf8[Encoding.UTF8.GetBytes(id)] = entry.Context;
    }

    private readonly record struct Entry(ContainerContext Context, Tombstone? Removed);

    private sealed record Tombstone(string ContainerId, BootId Boot, long RemovedNs);
}
