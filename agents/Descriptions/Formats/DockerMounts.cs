using System.Collections.Immutable;
using Agents.Descriptions.Trees;
using Pipeline.Domain.Containers;

namespace Agents.Descriptions.Formats;

/// <summary>
/// Mounts as resolved (Mounts) and as asked for (HostConfig.Binds and .Mounts): what was asked for counts where no resolved mount stands
/// at its destination, since a container that has not been started, and a create request, may list none.
/// </summary>
internal static class DockerMounts
{
    private const string Private = "rprivate";

    public static ImmutableArray<ContainerMount> Read(Cursor root, Cursor host)
    {
        var mounts = ImmutableArray.CreateBuilder<ContainerMount>();
        foreach (Cursor item in root["Mounts"].Items()) mounts.Add(Resolved(item));
        var taken = mounts.Select(mount => mount.Destination.TrimEnd('/')).ToHashSet(StringComparer.Ordinal);
        foreach (ContainerMount asked in host["Binds"].Items().Select(Bind).Concat(host["Mounts"].Items().Select(Asked)))
        {
            if (taken.Add(asked.Destination.TrimEnd('/'))) mounts.Add(asked);
        }

        return mounts.ToImmutable();
    }

    private static ContainerMount Resolved(Cursor item)
    {
        string source = item["Source"].Text();
        string type = item["Type"].Text();

        // Engines before API 1.24 print no type; a volume has a name or a driver.
        if (type.Length == 0) type = item["Name"].Exists || item["Driver"].Exists ? "volume" : "bind";
        string mode = item["RW"].Flag() ?? true ? "rw" : "ro";
        return new ContainerMount(source, item["Destination"].Text(), mode, Propagation(item["Propagation"], type), type);
    }

    private static ContainerMount Asked(Cursor item)
    {
        string type = item["Type"].Text();
        string mode = item["ReadOnly"].Flag() ?? false ? "ro" : "rw";
        string propagation = Propagation(item["BindOptions"]["Propagation"], type);
        return new ContainerMount(item["Source"].Text(), item["Target"].Text(), mode, propagation, type);
    }

    private static string Propagation(Cursor written, string type) => written.Text() is { Length: > 0 } propagation ? propagation : type == "bind" ? Private : "";

    /// <summary>
    /// "source:destination[:options]"; a source that is no path is a volume's name, no source at all an anonymous volume.
    /// </summary>
    private static ContainerMount Bind(Cursor item)
    {
        string[] parts = item.Text().Split(':');
        if (parts.Length == 1) return new ContainerMount("", parts[0], "rw", "", "volume");
        string[] options = parts.Length > 2 ? parts[2].Split(',') : [];
        bool isBind = parts[0].StartsWith('/');
        string propagation = options.FirstOrDefault(MountOptions.IsPropagation) ?? (isBind ? Private : "");
        return new ContainerMount(parts[0], parts[1], options.Contains("ro") ? "ro" : "rw", propagation, isBind ? "bind" : "volume");
    }
}

/// <summary>Words of mount(8) in the options of Docker and OCI.</summary>
internal static class MountOptions
{
    public static bool IsPropagation(string option) =>
        option is "private" or "rprivate" or "slave" or "rslave" or "shared" or "rshared" or "unbindable" or "runbindable";
}
