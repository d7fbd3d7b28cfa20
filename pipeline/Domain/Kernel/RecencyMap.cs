using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// A map that holds at most <see cref="Capacity"/> entries and lets the one go that was set longest ago. Bounded state that behaves the
/// same wherever it is rebuilt: what goes depends on the order of setting alone, and enumeration gives that order, oldest first, so that a
/// map saved and set again in order is the same map. Not thread-safe.
/// </summary>
/// <remarks>
/// A hash table whose entries are also a doubly linked list, all in one array: an event touches several such maps, and an object for each
/// entry would be most of what the collector has to look at.
/// </remarks>
public sealed class RecencyMap<TKey, TValue>
    where TKey : notnull
{
    private const int None = -1;
    private const int SmallestSize = 4;

    /// <summary>Of each bucket the number of its first entry, counted from 1. As many as there are entries, a power of two.</summary>
    private int[] _buckets = [];

    private Entry[] _entries = [];

    /// <summary>Entries that were ever used; those from here on are empty.</summary>
    private int _used;

    /// <summary>First of the entries that are empty again.</summary>
    private int _free = None;

    private int _oldest = None;
    private int _newest = None;

    public RecencyMap(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
    }

    public int Capacity { get; }

    public int Count { get; private set; }

    /// <summary>Entries, set longest ago first. The map must not change meanwhile.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> OldestFirst
    {
        get
        {
            for (int i = _oldest; i != None; i = _entries[i].Newer) yield return _entries[i].Pair;
        }
    }

    /// <summary>Reads without changing the order.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        int at = Count == 0 ? None : Find(key, key.GetHashCode());
        value = at == None ? default : _entries[at].Pair.Value;
        return at != None;
    }

    /// <summary>The entry that was set longest ago; false when there is none.</summary>
    public bool TryGetOldest(out KeyValuePair<TKey, TValue> oldest)
    {
        oldest = Count > 0 ? _entries[_oldest].Pair : default;
        return Count > 0;
    }

    /// <summary>Adds or replaces, and makes it the newest.</summary>
    /// <returns>True when another entry had to go for it: <paramref name="evicted"/>.</returns>
    public bool Set(TKey key, TValue value, out KeyValuePair<TKey, TValue> evicted)
    {
        evicted = default;
        int hash = key.GetHashCode();
        int at = Find(key, hash);
        if (at != None)
        {
            _entries[at].Pair = new(key, value);
            if (at == _newest) return false;
            Unlink(at);
            Append(at);
            return false;
        }

        bool full = Count == Capacity;
        if (full)
        {
            evicted = _entries[_oldest].Pair;
            Remove(_oldest);
        }

        Add(hash, new(key, value));
        return full;
    }

    public bool Set(TKey key, TValue value) => Set(key, value, out _);

    public bool Remove(TKey key)
    {
        int at = Count == 0 ? None : Find(key, key.GetHashCode());
        if (at == None) return false;
        Remove(at);
        return true;
    }

    public void Clear()
    {
        _buckets = [];
        _entries = [];
        _used = Count = 0;
        _free = _oldest = _newest = None;
    }

    private int Find(TKey key, int hash)
    {
        if (Count == 0) return None;
        Entry[] entries = _entries;
        int at = _buckets[BucketOf(hash)] - 1;
        while ((uint)at < (uint)entries.Length)
        {
            ref Entry entry = ref entries[at];
            if (entry.Hash == hash && EqualityComparer<TKey>.Default.Equals(entry.Pair.Key, key)) return at;
            at = entry.Next;
        }

        return None;
    }

    private void Add(int hash, KeyValuePair<TKey, TValue> pair)
    {
        if (_free == None && _used == _entries.Length) Grow();
        int at = _free != None ? _free : _used++;
        ref Entry entry = ref _entries[at];
        if (at == _free) _free = entry.Next;
        ref int bucket = ref _buckets[BucketOf(hash)];
        entry.Hash = hash;
        entry.Next = bucket - 1;
        entry.Pair = pair;
        bucket = at + 1;
        Append(at);
        Count++;
    }

    private void Remove(int at)
    {
        Unlink(at);
        ref Entry entry = ref _entries[at];
        ref int bucket = ref _buckets[BucketOf(entry.Hash)];
        if (bucket == at + 1)
        {
            bucket = entry.Next + 1;
        }
        else
        {
            int before = bucket - 1;
            while (_entries[before].Next != at) before = _entries[before].Next;
            _entries[before].Next = entry.Next;
        }

        entry = new Entry { Next = _free };
        _free = at;
        Count--;
    }

    private void Unlink(int at)
    {
        (int older, int newer) = (_entries[at].Older, _entries[at].Newer);
        if (older == None) _oldest = newer;
        else _entries[older].Newer = newer;
        if (newer == None) _newest = older;
        else _entries[newer].Older = older;
    }

    private void Append(int at)
    {
        _entries[at].Older = _newest;
        _entries[at].Newer = None;
        if (_newest == None) _oldest = at;
        else _entries[_newest].Newer = at;
        _newest = at;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, Math.Max(SmallestSize, _entries.Length * 2));
        _buckets = new int[_entries.Length];
        for (int i = 0; i < _used; i++)
        {
            ref int bucket = ref _buckets[BucketOf(_entries[i].Hash)];
            _entries[i].Next = bucket - 1;
            bucket = i + 1;
        }
    }

    /// <summary>By the upper bits of a product, so that keys that differ in few bits do not meet.</summary>
    private int BucketOf(int hash) => (int)(((uint)hash * 0x9E3779B1u) >> (32 - BitOperations.TrailingZeroCount(_buckets.Length)));

    private struct Entry
    {
        public int Hash;

        /// <summary>The next entry of the same bucket, or the next empty one.</summary>
        public int Next;

        public int Older;

        public int Newer;

        public KeyValuePair<TKey, TValue> Pair;
    }
}
