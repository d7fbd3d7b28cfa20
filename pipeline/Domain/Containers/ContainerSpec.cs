using System.Collections.Immutable;

namespace Pipeline.Domain.Containers;

/// <summary>
/// What a container was asked to be, normalised from whatever described it (Docker Engine, OCI config.json, CRI, a Kubernetes pod spec).
/// Every security setting says whether it was asked for or inherited. Strings come from outside and are hostile: the parsers bound them.
/// </summary>
public sealed record ContainerSpec
{
    /// <summary>Name as its engine gives it, without Docker's leading slash; the container's name in a pod.</summary>
    public required string Name { get; init; }

    /// <summary>Image reference as it was asked for ("nginx:1.27"); empty when the description has none (OCI config.json).</summary>
    public string Image { get; init; } = "";

    /// <summary>Content digest ("sha256:...") of the image; empty when unknown.</summary>
    public string ImageDigest { get; init; } = "";

    /// <summary>What the description was: docker, podman, oci, cri, or a Kubernetes kind in lower case.</summary>
    public string Format { get; init; } = "";

    /// <summary>linux or windows. Windows containers have none of the settings below.</summary>
    public string OperatingSystem { get; init; } = "linux";

    /// <summary>True for the pause container that only holds a pod's namespaces.</summary>
    public bool IsSandbox { get; init; }

    public PodFacts? Pod { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>All capabilities, no seccomp, all devices, nothing masked (Docker's and Kubernetes' privileged).</summary>
    public Setting<bool> Privileged { get; init; }

    public CapabilitySettings Capabilities { get; init; } = CapabilitySettings.Unknown;

    public Setting<SeccompProfile> Seccomp { get; init; } = Setting.Unknown(SeccompProfile.Default);

    /// <summary>The kernel's no_new_privs (prctl(2), PR_SET_NO_NEW_PRIVS) for the first process.</summary>
    public Setting<bool> NoNewPrivileges { get; init; }

    public ImmutableArray<ContainerMount> Mounts { get; init; } = [];

    /// <summary>Namespaces that are the host's own. One that is isolated is not listed.</summary>
    public ImmutableArray<HostNamespace> HostNamespaces { get; init; } = [];

    /// <summary>Working directory of the first process; empty when the image decides.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>User of the first process as written ("1000:1000", "root"); empty when the image decides.</summary>
    public string User { get; init; } = "";

    /// <summary>Program and arguments of the first process, where the description has them.</summary>
    public ImmutableArray<string> Command { get; init; } = [];
}

/// <summary>Where a container stands in Kubernetes. Empty strings where unknown.</summary>
public sealed record PodFacts(string Namespace, string Pod, string PodUid, string WorkloadKind, string WorkloadName, string ServiceAccount);

/// <summary>
/// Capabilities as asked for. Names are upper case without the CAP_ prefix; "ALL" may stand for all of them.
/// <see cref="Add"/> and <see cref="Drop"/> change the runtime's default set; <see cref="Effective"/>, where a description states it (OCI), is the bounding set itself.
/// </summary>
public sealed record CapabilitySettings(ImmutableArray<string> Add, ImmutableArray<string> Drop, ImmutableArray<string>? Effective, Basis Basis)
{
    public static CapabilitySettings Unknown { get; } = new([], [], null, Basis.Unknown);
}

/// <summary>Which seccomp filter applies (seccomp(2)).</summary>
public enum SeccompProfile
{
    /// <summary>The runtime's own profile.</summary>
    Default,

    /// <summary>No filter at all.</summary>
    Unconfined,

    /// <summary>A profile of the user's.</summary>
    Localhost,
}

/// <summary>One mount, source on the host's side. Names and values as Docker inspect prints them.</summary>
/// <param name="Source">Host path for a bind; volume name or empty otherwise.</param>
/// <param name="Destination">Path in the container.</param>
/// <param name="Mode">"rw" or "ro".</param>
/// <param name="Propagation">"rprivate", "rslave", "rshared", ...; mount_namespaces(7).</param>
/// <param name="Type">"bind", "volume", "tmpfs", "proc", ...</param>
public sealed record ContainerMount(string Source, string Destination, string Mode, string Propagation, string Type);

/// <summary>A namespace shared with the host: "pid", "ipc", "network", "uts", "user", "cgroup" or "mnt" (namespaces(7)).</summary>
public sealed record HostNamespace(string Type, Basis Basis);
