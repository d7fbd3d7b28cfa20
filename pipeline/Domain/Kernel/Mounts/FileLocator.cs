using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;

namespace Pipeline.Domain.Kernel.Mounts;

/// <summary>
/// Tells where a file is that a task touched. By its mount where that is known; else by what the kernel said of the file, its device and
/// file-system type, together with the mounts that the container was described with; a path alone says something only of a call that
/// failed, of which the kernel named no file.
/// </summary>
internal readonly ref struct FileLocator(
    MountView mounts, uint mountNs, string containerId, ContainerSpec? spec, EventBatch batch, Text cgroupPath)
{
    private const uint Overlay = 0x794c7630;

    private bool OfHost => containerId.Length == 0;

    public FileLocation Locate(in FileReference file, string path)
    {
        if (file.Layer == FileLayer.Memory) return new(FileOrigin.Anonymous, "", "memfd", "");
        if (PseudoFileSystem.Nameless(file.FileSystem) is { } nameless) return new(FileOrigin.Anonymous, "", nameless, "");
        bool named = file is { Inode: 0, Device: 0, MountId: 0, FileSystem: 0, Layer: FileLayer.Unknown };
        if (named) return ByName(MountPath.Clean(path));
        return mounts.Find(file.MountId, file.Device) is var (row, of) && MountPath.Covers(row.Point, path) && IsCurrent(of, file.Layer)
            ? ByMount(row, of, path) : ByReference(file, path);
    }

    /// <summary>
    /// The kernel gives the lowest free mount id out, so a new container has those of the one that ended before it, at the same points and
    /// of the same devices; the tables of that one stay known for a while, and the new one's come a moment after its first events. Until
    /// then another container's table says nothing, and whether a mount is the host's the kernel itself has said.
    /// </summary>
    private bool IsCurrent(MountNamespace of, FileLayer layer)
    {
        bool isHosts = of.Number == mounts.HostNamespace;
        if (layer != FileLayer.Unknown && mounts.HostNamespace != 0 && isHosts != (layer == FileLayer.Host)) return false;
        return isHosts || of.Number == mountNs || mounts.Namespaces.GetValueOrDefault(mountNs) is { Root: not null };
    }

    private FileLocation ByMount(MountRow row, MountNamespace of, string path)
    {
        string below = MountPath.Below(row.Point, path);
        // The host's mounts are another's to a process of a container, also when it has entered the host's namespace.
        bool foreign = of.Number == mounts.HostNamespace
            ? !OfHost
            : of.Number != mountNs && !(of.ContainerId.Length > 0 && of.ContainerId == containerId);
        FileLocation at = Whose(row, of, path, below, foreign);
        return at with
        {
            FileSystem = row.FileSystem,
            PathInFileSystem = MountPath.Join(row.Root, below),
            MountPoint = row.Point,
            MountOptions = row.Options,
            Foreign = foreign,
        };
    }

    private FileLocation Whose(MountRow row, MountNamespace of, string path, string below, bool foreign)
    {
        if (PseudoFileSystem.Is(row.FileSystem)) return At(FileOrigin.Pseudo);
        if (of.Number == mounts.HostNamespace) return At(FileOrigin.Host, path);
        if (!foreign && IsOwnRoot(row, of)) return At(FileOrigin.Container);
        if (mounts.Host is not { } host) return foreign ? At(FileOrigin.Host) : ByDescription(path, device: null);
        if (host.PathOf(row.Device, row.Root) is { } root) return OnHost(root, below, foreign);

        // No file system that the host has mounted: a tmpfs of the container's, an image that it mounted itself, another's root.
        return At(foreign ? FileOrigin.Host : FileOrigin.Managed);
    }

    /// <summary>
    /// The container's root whatever the storage driver makes it of, and other views of it in the same namespace. The host has the overlay
    /// of a running container mounted as well, which does not make it a file of the host.
    /// </summary>
    private static bool IsOwnRoot(MountRow row, MountNamespace of) =>
        of.Root is { } root ? row.Device == root.Device && MountPath.Covers(root.Root, row.Root) : row.FileSystem == "overlay";

    private FileLocation OnHost(string hostRoot, string below, bool foreign)
    {
        string hostPath = MountPath.Join(hostRoot, below);
        string pod = PodUid();
        bool managed = !foreign && (ManagedMount.Is(hostRoot, containerId, pod, spec) || ManagedMount.IsOwnPod(hostPath, pod));
        return At(managed ? FileOrigin.Managed : FileOrigin.Host, hostPath);
    }

    private FileLocation ByReference(in FileReference file, string path)
    {
        if (file.Layer == FileLayer.Host) return At(FileOrigin.Host, path) with { Foreign = !OfHost };
        if (PseudoFileSystem.Named(file.FileSystem) is { } pseudo)
            return new(FileOrigin.Pseudo, "", pseudo, PseudoFileSystem.UsualPathIn(pseudo, path));
        if (OfHost) return At(FileOrigin.Host, path);
        if (file.Layer is FileLayer.Image or FileLayer.Upper || file.FileSystem == Overlay)
            return new(FileOrigin.Container, "", "overlay", path);
        return ByDescription(path, file.Device);
    }

    /// <summary>What the container's description says of a path. It lists every mount of the start, and none that came later.</summary>
    /// <param name="device">The file's; null where the mount itself is known and only the host's table is not.</param>
    private FileLocation ByDescription(string path, ulong? device)
    {
        bool? onHost = device is { } number && mounts.Host is { } host ? host.Has(number) : null;
        if (onHost == false) return At(FileOrigin.Managed);
        ContainerMount? declared = Declared(path);
        if (declared is null) return FileLocation.Unknown;
        if (declared.Type is "bind" or "" && declared.Source.StartsWith('/'))
            return OnHost(MountPath.OfHost(declared.Source), MountPath.Below(declared.Destination, path), foreign: false);
        return declared.Type is "volume" or "tmpfs" ? At(FileOrigin.Managed) : FileLocation.Unknown;
    }

    private FileLocation ByName(string path)
    {
        if (!path.StartsWith('/')) return FileLocation.Unknown;
        if (mounts.Namespaces.TryGetValue(mountNs, out MountNamespace? own) && own.Root is not null && own.At(path) is { } row)
            return ByMount(row, own, path);
        if (OfHost) return At(FileOrigin.Host, path);
        FileLocation described = ByDescription(path, device: null);
        if (described.Origin != FileOrigin.Unknown) return described;
        if (PseudoFileSystem.UsuallyAt(path) is { } pseudo)
            return new(FileOrigin.Pseudo, "", pseudo, PseudoFileSystem.UsualPathIn(pseudo, path));
        bool ownRoot = spec is not null && Declared(path) is null;
        return ownRoot ? At(FileOrigin.Container) with { PathInFileSystem = path } : FileLocation.Unknown;
    }

    private ContainerMount? Declared(string path)
    {
        ContainerMount? best = null;
        foreach (ContainerMount mount in spec?.Mounts ?? [])
        {
            if (MountPath.Covers(mount.Destination, path) && !(best?.Destination.Length > mount.Destination.Length)) best = mount;
        }

        return best;
    }

    private string PodUid() => spec?.Pod is { PodUid: { Length: > 0 } uid } ? uid : ManagedMount.PodUidOf(batch.String(cgroupPath));

    private static FileLocation At(FileOrigin origin, string hostPath = "") => new(origin, hostPath, "", "");
}
