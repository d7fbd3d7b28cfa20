using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// A map that holds at most <see cref="Capacity"/> entries and lets the one go that was set longest ago. Bounded state that behaves the
/// same wherever it is rebuilt: what goes depends on the order of setting alone, and enumeration gives that order, oldest first, so that a
/// map saved and set again in order is the same map. Not thread-safe.
/// </summary>
public sealed class RecencyMap<TKey, TValue>
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<KeyValuePair<TKey, TValue>>> _nodes = [];
    private readonly LinkedList<KeyValuePair<TKey, TValue>> _order = [];

    public RecencyMap(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
    }

    public int Capacity { get; }

    public int Count => _nodes.Count;

    /// <summary>Entries, set longest ago first. The map must not change meanwhile.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> OldestFirst => _order;

    /// <summary>Reads without changing the order.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        bool found = _nodes.TryGetValue(key, out LinkedListNode<KeyValuePair<TKey, TValue>>? node);
        value = found ? node!.Value.Value : default;
        return found;
    }

    /// <summary>Reads by another form of the key (a span for a string), without changing the order.</summary>
    public bool TryGetBy<TOther>(TOther key, [MaybeNullWhen(false)] out TValue value)
        where TOther : notnull, allows ref struct
    {
        bool found = _nodes.GetAlternateLookup<TOther>().TryGetValue(key, out LinkedListNode<KeyValuePair<TKey, TValue>>? node);
        value = found ? node!.Value.Value : default;
        return found;
    }

    /// <summary>Adds or replaces, and makes it the newest.</summary>
    /// <returns>True when another entry had to go for it: <paramref name="evicted"/>.</returns>
    public bool Set(TKey key, TValue value, out KeyValuePair<TKey, TValue> evicted)
    {
        evicted = default;
        var entry = KeyValuePair.Create(key, value);
        if (_nodes.TryGetValue(key, out LinkedListNode<KeyValuePair<TKey, TValue>>? node))
        {
            node.Value = entry;
            if (node.Next is null) return false;
            _order.Remove(node);
            _order.AddLast(node);
            return false;
        }

        bool full = Count == Capacity;
        if (full)
        {
            evicted = _order.First!.Value;
            Remove(evicted.Key);
        }

        _nodes.Add(key, _order.AddLast(entry));
        return full;
    }

    public bool Set(TKey key, TValue value) => Set(key, value, out _);

    public bool Remove(TKey key)
    {
        if (!_nodes.Remove(key, out LinkedListNode<KeyValuePair<TKey, TValue>>? node)) return false;
        _order.Remove(node);
        return true;
    }

    public void Clear()
    {
        _nodes.Clear();
        _order.Clear();
    }
}
