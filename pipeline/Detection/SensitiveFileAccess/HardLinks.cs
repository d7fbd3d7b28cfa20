using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>
/// Other names of protected files: device and inode of those that were seen with more than one, and names that were made where the event
/// did not know the file. Bounded; the one seen longest ago is forgotten.
/// </summary>
internal sealed class HardLinks
{
    public const int Most = 8192;

    private readonly RecencyMap<(NodeId Node, string ContainerId, ulong Device, ulong Inode), string> _paths = new(Most);

    private readonly RecencyMap<(NodeId Node, string ContainerId, string Name), string> _names = new(Most);

    public void Note(NodeId node, string containerId, in FileReference file, string path)
    {
        if (file.Inode != 0) _paths.Set((node, containerId, file.Device, file.Inode), path);
    }

    /// <summary>A protected path got another name.</summary>
    public void NoteName(NodeId node, string containerId, string name, string path) => _names.Set((node, containerId, name), path);

    /// <summary>The protected path of a file that has several names; null when none is known.</summary>
    /// <param name="name">The one by which it was reached.</param>
    public string? ProtectedPathOf(NodeId node, string containerId, in FileReference file, string name)
    {
        if (file.LinkCount <= 1) return null;
        if (_paths.TryGet((node, containerId, file.Device, file.Inode), out string? path)) return path;
        return _names.TryGet((node, containerId, name), out path) ? path : null;
    }

    /// <summary>A path is another file's now.</summary>
    public void Forget(NodeId node, string containerId, string path)
    {
        _names.Remove((node, containerId, path));
        if (_paths.Count == 0) return;
        foreach (var (key, _) in _paths.OldestFirst.Where(p => p.Value == path).ToList())
        {
            if (key.Node == node && key.ContainerId == containerId) _paths.Remove(key);
        }
    }

    public void Save(BinaryWriter state)
    {
        state.Write(_paths.Count);
        foreach (((NodeId node, string containerId, ulong device, ulong inode), string path) in _paths.OldestFirst)
        {
            state.WriteText(node.Value);
            state.WriteText(containerId);
            state.Write(device);
            state.Write(inode);
            state.WriteText(path);
        }

        state.Write(_names.Count);
        foreach (((NodeId node, string containerId, string name), string path) in _names.OldestFirst)
        {
            state.WriteText(node.Value);
            state.WriteText(containerId);
            state.WriteText(name);
            state.WriteText(path);
        }
    }

    public void Load(BinaryReader state)
    {
        _paths.Clear();
        for (int left = state.ReadCount(Most); left > 0; left--)
            _paths.Set((new NodeId(state.ReadText()), state.ReadText(), state.ReadUInt64(), state.ReadUInt64()), state.ReadText());
        _names.Clear();
        for (int left = state.ReadCount(Most); left > 0; left--)
            _names.Set((new NodeId(state.ReadText()), state.ReadText(), state.ReadText()), state.ReadText());
    }
}
