using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.Fingerprints;

/// <summary>A file of a node by device and inode: under whatever name, and while any descriptor of it is open.</summary>
public readonly record struct FileKey(NodeBoot Node, ulong Device, ulong Inode)
{
    /// <summary>False for what has no inode number: no source knew it.</summary>
    public bool IsKnown => Inode != 0;

    /// <summary>Nearly all keys of a partition share their few nodes, whose names are long: the inode tells files apart.</summary>
    public override int GetHashCode() => HashCode.Combine(Device, Inode);

    public static FileKey Of(NodeBoot node, in FileReference file) => new(node, file.Device, file.Inode);

    internal void Save(BinaryWriter state)
    {
        state.WriteText(Node.Node.Value);
        state.WriteText(Node.Boot.Value);
        state.Write(Device);
        state.Write(Inode);
    }

    internal static FileKey Load(BinaryReader state) => new(
        new NodeBoot(new NodeId(state.ReadText()), new BootId(state.ReadText())), state.ReadUInt64(), state.ReadUInt64());
}

/// <summary>A file with a certain content: size and change time move whenever the content does.</summary>
public readonly record struct FileContent(FileKey File, long Size, long ChangeTimeNs)
{
    public override int GetHashCode() => HashCode.Combine(File.Inode, Size, ChangeTimeNs);

    public static FileContent Of(NodeBoot node, in FileReference file) => new(FileKey.Of(node, file), file.Size, file.ChangeTimeNs);

    /// <summary>Whether a digest of the one may be taken for the other: a source that does not know size or time leaves 0.</summary>
    public bool MayEqual(in FileContent other) =>
        File == other.File
        && (Size == other.Size || Size == 0 || other.Size == 0)
        && (ChangeTimeNs == other.ChangeTimeNs || ChangeTimeNs == 0 || other.ChangeTimeNs == 0);

    internal void Save(BinaryWriter state)
    {
        File.Save(state);
        state.Write(Size);
        state.Write(ChangeTimeNs);
    }

    internal static FileContent Load(BinaryReader state) => new(FileKey.Load(state), state.ReadInt64(), state.ReadInt64());
}
