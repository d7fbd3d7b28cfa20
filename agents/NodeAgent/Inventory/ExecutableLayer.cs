using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Inventory;

/// <summary>From which layer of its container an executable comes, as far as it can be told from outside.</summary>
internal static class ExecutableLayer
{
    /// <param name="path">From the root of the container.</param>
    public static FileReference Reference(
        FileFacts facts, ReadOnlySpan<byte> path, bool inContainer, IReadOnlyList<MountRow> mounts) => new()
        {
            Device = facts.Device,
            Inode = facts.Inode,
            LinkCount = facts.LinkCount,
            Mode = facts.Mode,
            FileSystem = facts.FileSystem,
            MountId = facts.MountId,
            Layer = Of(facts, path, inContainer, mounts),
            Size = facts.Size,
            ChangeTimeNs = facts.ChangedNs,
        };

    private static FileLayer Of(FileFacts facts, ReadOnlySpan<byte> path, bool inContainer, IReadOnlyList<MountRow> mounts)
    {
        if (facts.LinkCount == 0 && path.StartsWith("/memfd:"u8)) return FileLayer.Memory;
        if (!inContainer) return FileLayer.Host;
        if (mounts.FirstOrDefault(row => row.MountId == facts.MountId) is not { } mount) return FileLayer.Unknown;
        if (!mount.MountPoint.AsSpan().SequenceEqual("/"u8)) return FileLayer.Mount;
        return UpperDirectory(mount) is { } upper && LinuxFiles.Facts(upper) is not null
            ? LinuxFiles.Facts([.. upper, .. path]) is not null ? FileLayer.Upper : FileLayer.Image
            : FileLayer.Unknown;
    }

    /// <summary>The writable layer of an overlay, as the host sees it; null on other file systems.</summary>
    private static byte[]? UpperDirectory(MountRow root)
    {
        ReadOnlySpan<byte> options = root.Options;
        int at = options.IndexOf(",upperdir="u8);
        if (at < 0) return null;
        options = options[(at + ",upperdir=".Length)..];
        int end = options.IndexOf((byte)',');
        return (end < 0 ? options : options[..end]).ToArray();
    }
}
