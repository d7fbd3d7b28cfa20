using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>
/// Every threshold, list and severity of the startup checks. Capability names are upper case without CAP_. Paths are absolute; a list
/// entry covers itself and everything below it, and a mount of one of its ancestors exposes it as well.
/// </summary>
public sealed record StartupPolicy
{
    public static StartupPolicy Default { get; } = new();

    /// <summary>
    /// Off: no-new-privileges is off and seccomp is off (Kubernetes) for nearly every container that nobody configured; an alarm for each
    /// of them would bury the rest.
    /// </summary>
    public bool AlarmOnInheritedDefault { get; init; }

    /// <summary>
    /// Descriptions without a pod spec beside them: no filter in the resolved result is worth a Low even though nobody wrote it down,
    /// since a runtime that has a default profile would have shown it here.
    /// </summary>
    public ImmutableArray<string> FormatsWhereMissingSeccompAlarms { get; init; } = ["oci", "cri"];

    /// <summary>The 14 that Docker and containerd give to every container; they are normal and never alarm.</summary>
    public ImmutableArray<string> DefaultCapabilities { get; init; } =
    [
        "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID",
        "SETUID", "SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE",
    ];

    /// <summary>
    /// Each of these alone reaches beyond the container: the first nine are what sensors commonly call excessive, the others change the
    /// host's clock, audit, access control or limits. The order is the order in payloads, worst first.
    /// </summary>
    public ImmutableArray<string> ExcessiveCapabilities { get; init; } =
    [
        "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_PTRACE", "SYS_BOOT", "SYSLOG", "DAC_READ_SEARCH", "NET_ADMIN", "BPF",
        "PERFMON", "SYS_TIME", "MAC_ADMIN", "MAC_OVERRIDE", "LINUX_IMMUTABLE", "CHECKPOINT_RESTORE", "AUDIT_CONTROL", "SYS_RESOURCE",
    ];

    /// <summary>
    /// One of these is as good as root on the host: SYS_ADMIN mounts and enters namespaces, SYS_MODULE loads code into the kernel.
    /// </summary>
    public ImmutableArray<string> GravestCapabilities { get; init; } = ["SYS_ADMIN", "SYS_MODULE"];

    /// <summary>Only lifts limits (rlimits, quotas), which many databases ask for.</summary>
    public ImmutableArray<string> MildCapabilities { get; init; } = ["SYS_RESOURCE"];

    /// <summary>So many beyond the default are too many whichever they are; one to four are what careful users add.</summary>
    public int TooManyExtraCapabilities { get; init; } = 5;

    /// <summary>Host paths whose exposure is always worth an alarm. /var/run and /run are one directory.</summary>
    public ImmutableArray<string> CriticalMountSources { get; init; } = ["/boot", "/dev", "/etc", "/sys", "/var/run"];

    /// <summary>Off: developers mount /home and tools from /usr all day; sites that run only orchestrated workloads turn it on.</summary>
    public bool CheckExtendedMountSources { get; init; }

    public ImmutableArray<string> ExtendedMountSources { get; init; } =
    [
        "/", "/proc", "/root", "/home", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
        "/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet", "/var/lib/etcd", "/etc/kubernetes",
    ];

    /// <summary>Control sockets of container runtimes: who can connect can start a privileged container.</summary>
    public ImmutableArray<string> RuntimeSockets { get; init; } =
    [
        "/run/docker.sock", "/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock",
            "/run/k3s/containerd/containerd.sock",
        "/run/crio/crio.sock", "/run/podman/podman.sock", "/run/cri-dockerd.sock", "/run/dockershim.sock",
        "/run/user/*/docker.sock", "/run/user/*/podman/podman.sock",
    ];

    /// <summary>
    /// What wins over every list above. "*" stands for one name; a trailing "/*" covers everything below a directory and not the directory
    /// itself. The first group is what images need of the host to know its name and time, the second harmless devices, the rest what the
    /// runtimes themselves mount into every container or pod from their state directories.
    /// </summary>
    public ImmutableArray<MountException> MountExceptions { get; init; } =
    [
        new("/etc/hosts"), new("/etc/resolv.conf"), new("/etc/hostname"), new("/etc/localtime"), new("/etc/timezone"),
        new("/etc/ssl/certs", ReadOnly: true),
        new("/dev/null"), new("/dev/zero"), new("/dev/urandom"), new("/dev/fuse"),
        new("/run/containerd/*/sandboxes/*/shm"), new("/run/k3s/containerd/*/sandboxes/*/shm"),
        new("/var/lib/containerd/*/sandboxes/*/*"), new("/var/lib/containerd/*/containers/*/volumes/*"),
        new("/run/containers/storage/*/*/userdata/*"), new("/var/lib/containers/storage/*/*/userdata/*"),
        new("/run/user/*/containers/*/*/userdata/*"),
        new("/var/lib/docker/containers/*/*"), new("/var/lib/docker/volumes/*/_data"),
        new("/var/lib/kubelet/pods/*/etc-hosts"), new("/var/lib/kubelet/pods/*/containers/*"), new("/var/lib/kubelet/pods/*/volumes/*"),
        new("/var/lib/kubelet/pods/*/volume-subpaths/*"),
    ];

    /// <summary>Everything at once: the whole of the host's devices and kernel interface.</summary>
    public Severity PrivilegedSeverity { get; init; } = Severity.High;

    public Severity GravestCapabilitySeverity { get; init; } = Severity.High;

    public Severity CapabilitySeverity { get; init; } = Severity.Medium;

    public Severity MildCapabilitySeverity { get; init; } = Severity.Low;

    /// <summary>Somebody switched the filter off.</summary>
    public Severity ExplicitSeccompSeverity { get; init; } = Severity.Medium;

    /// <summary>Nobody switched it on.</summary>
    public Severity InheritedSeccompSeverity { get; init; } = Severity.Low;

    /// <summary>A weakness only together with a set-uid program in the image.</summary>
    public Severity NoNewPrivilegesSeverity { get; init; } = Severity.Low;

    /// <summary>
    /// The whole file system, a control socket, or the configuration of every service: control of the host. One level lower when mounted
    /// read-only.
    /// </summary>
    public Severity GravestMountSeverity { get; init; } = Severity.High;

    /// <summary>
    /// Mounts of these, or from below them, have <see cref="GravestMountSeverity"/>; so have "/" itself and <see cref="RuntimeSockets"/>.
    /// </summary>
    public ImmutableArray<string> GravestMountSources { get; init; } = ["/etc"];

    public Severity MountSeverity { get; init; } = Severity.Medium;

    /// <summary>
    /// A program of a plain user became more than its user, which no-new-privileges would have stopped: wanted in some images, the second
    /// step of a break-in in others.
    /// </summary>
    public Severity ElevationSeverity { get; init; } = Severity.Medium;

    /// <summary>
    /// Programs that gain rights for nothing but their purpose: ping opens raw sockets, newuidmap and newgidmap set up rootless builders'
    /// user namespaces. Paths, "*" for any characters. A program that was created or changed since the container started is not covered.
    /// </summary>
    public ImmutableArray<string> ElevationExceptions { get; init; } =
        ["*/bin/ping", "*/bin/ping4", "*/bin/ping6", "*/bin/newuidmap", "*/bin/newgidmap"];

    /// <summary>Sees or reaches the host's processes, network or shared memory, without any right over them yet.</summary>
    public Severity NamespaceSeverity { get; init; } = Severity.Medium;
}

/// <summary>A host path that may be mounted, see <see cref="StartupPolicy.MountExceptions"/>.</summary>
/// <param name="ReadOnly">True when the exception holds only for read-only mounts.</param>
public sealed record MountException(string Source, bool ReadOnly = false);
