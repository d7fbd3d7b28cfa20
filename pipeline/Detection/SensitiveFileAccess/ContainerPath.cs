using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>Where a file lies in the root of its own container.</summary>
internal static class ContainerPath
{
    /// <returns>
    /// The path from the container's root, and whether it lies in a mount; null for what is no file of the container's at all.
    /// </returns>
    public static (string Path, bool InMount)? Of(in Observation observation, in FileReference file, Text path)
    {
        if (path.IsEmpty) return null;
        if (observation.IsInOwnRoot(file)) return (observation.Batch.String(path), false);
        FileLocation at = observation.Locate(file, path);
        return at.Origin switch
        {
            // The root may be mounted a second time in another place.
            FileOrigin.Container when at.MountPoint is not ("" or "/") => (at.PathInFileSystem, false),
            FileOrigin.Container => (observation.Batch.String(path), false),
            FileOrigin.Managed or FileOrigin.Host when !at.Foreign => (observation.Batch.String(path), true),

            // Of a path that was merely named nothing says that it is not the container's own.
            FileOrigin.Unknown when file.Inode == 0 => (observation.Batch.String(path), false),
            _ => null,
        };
    }
}
