namespace Agents.NodeAgent.Hashing;

/// <summary>
/// A file's content at one time. The change time stands in for the modification time: every write moves it too, and no process can set it
/// back.
/// </summary>
internal readonly record struct FileVersion(ulong Device, ulong Inode, long Size, long ChangedNs);

/// <summary>The digests of the files seen last, within a bound. Not thread-safe.</summary>
internal sealed class DigestCache(int most)
{
    private readonly Dictionary<FileVersion, LinkedListNode<(FileVersion Version, byte[] Digest)>> _entries = [];
    private readonly LinkedList<(FileVersion Version, byte[] Digest)> _byUse = new();

    /// <summary>The digest, which counts as used; null when it is not known.</summary>
    public byte[]? Find(FileVersion version)
    {
        if (!_entries.TryGetValue(version, out LinkedListNode<(FileVersion Version, byte[] Digest)>? entry)) return null;
        _byUse.Remove(entry);
        _byUse.AddLast(entry);
        return entry.Value.Digest;
    }

    public void Add(FileVersion version, byte[] digest)
    {
        if (_entries.ContainsKey(version)) return;
        if (_entries.Count == most)
        {
            _entries.Remove(_byUse.First!.Value.Version);
            _byUse.RemoveFirst();
        }

        _entries[version] = _byUse.AddLast((version, digest));
    }
}
