using Pipeline.Domain.Containers;

namespace Pipeline.Domain.Kernel.Mounts;

/// <summary>
/// Host directories that runtimes and the kubelet make for one container and mount into it: name resolution files, shared memory,
/// volumes. Told by the host path of the mount's own root, so that whoever mounts a runtime's whole directory gains nothing by it. Data
/// roots can be moved; what identifies the directory is its layout below them.
/// </summary>
internal static class ManagedMount
{
    private static readonly string[] NetworkFiles = ["hosts", "hostname", "resolv.conf"];

    /// <param name="hostRoot">Host path of the root of the mount.</param>
    /// <param name="spec">The container's description, if known.</param>
    public static bool Is(string hostRoot, string containerId, string podUid, ContainerSpec? spec) =>
        IsDocker(hostRoot) || IsSandbox(hostRoot) || IsOwn(hostRoot, containerId) || IsOwnPod(hostRoot, podUid) || IsDeclaredVolume(hostRoot, spec);

    /// <summary>The pod's own directory of the kubelet: its volumes, its hosts file, its containers' termination messages.</summary>
    public static bool IsOwnPod(string hostPath, string podUid) =>
        podUid.Length > 0 && hostPath.Contains($"/pods/{podUid}/", StringComparison.Ordinal);

    /// <summary>
    /// The uid of the pod that a cgroup belongs to: ".../pod1234-.../ID" or systemd's "...-pod1234_....slice"; empty when it is of none.
    /// </summary>
    public static string PodUidOf(string cgroupPath)
    {
        for (int at = cgroupPath.IndexOf("pod", StringComparison.Ordinal); at >= 0; at = cgroupPath.IndexOf("pod", at + 1, StringComparison.Ordinal))
        {
            ReadOnlySpan<char> uid = cgroupPath.AsSpan(at + 3);
            if (uid.Length >= 36 && uid[..36].Replace('_', '-') is var text && Guid.TryParseExact(text, "D", out _)) return text;
        }

        return "";
    }

    private static string Replace(this ReadOnlySpan<char> text, char from, char to)
    {
        Span<char> replaced = stackalloc char[text.Length];
        text.Replace(replaced, from, to);
        return new string(replaced);
    }

    /// <summary>.../containers/ID/hosts and its like, .../containers/ID/mounts/shm, .../volumes/NAME/_data.</summary>
    private static bool IsDocker(string root)
    {
        string[] parts = root.Split('/');
        int containers = Array.LastIndexOf(parts, "containers");
        if (containers > 0 && parts.Length == containers + 3 && NetworkFiles.Contains(parts[^1])) return true;
        if (containers > 0 && parts.Length >= containers + 4 && parts[containers + 2] == "mounts") return true;
        return parts.Length >= 4 && parts[^1] == "_data" && parts[^3] == "volumes";
    }

    /// <summary>Of the pod's sandbox in containerd's directories.</summary>
    private static bool IsSandbox(string root) =>
        root.Contains("containerd/", StringComparison.Ordinal) && root.Contains("/sandboxes/", StringComparison.Ordinal);

    /// <summary>What containerd (containers/ID/volumes) and CRI-O or podman (overlay-containers/ID/userdata) keep for the container.</summary>
    private static bool IsOwn(string root, string id) =>
        (id.Length > 0 && (root.Contains($"/containers/{id}/volumes/", StringComparison.Ordinal)))
        || (root.Contains("/overlay-containers/", StringComparison.Ordinal) && root.Contains("/userdata/", StringComparison.Ordinal));

    /// <summary>A volume whose data lies elsewhere: the description names the directory and calls it a volume.</summary>
    private static bool IsDeclaredVolume(string root, ContainerSpec? spec) =>
        spec is not null && spec.Mounts.Any(m => m.Type == "volume" && m.Source.StartsWith('/') && MountPath.OfHost(m.Source) == root);
}
