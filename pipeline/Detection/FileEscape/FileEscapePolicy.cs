using System.Collections.Immutable;
using Pipeline.Detection.Files;
using Pipeline.Domain.Alarms;

namespace Pipeline.Detection.FileEscape;

/// <summary>
/// Which files of the host no container has any business with, and who may all the same. A mount that the container was declared with
/// excuses nothing: it is the way in. What runtimes and the kubelet mount for a container is never looked at.
/// </summary>
public sealed record FileEscapePolicy
{
    private const FileAction Writing = FileAction.Change;

    public static FileEscapePolicy Default { get; } = new();

    /// <summary>
    /// Paths on the host; each covers what lies below it. "*" stands for any characters of one name. The first that covers a path decides.
    /// </summary>
    public ImmutableArray<KeyPath> KeyPaths { get; init; } =
    [
        // Who reads these can log in, who writes them becomes root.
        new("/etc/shadow", FileAction.Any, "credentials"), new("/etc/gshadow", FileAction.Any, "credentials"),
        new("/etc/sudoers", FileAction.Any, "credentials"), new("/etc/sudoers.d", FileAction.Any, "credentials"),
        new("/etc/pam.d", FileAction.Any, "credentials"), new("/etc/ssh", FileAction.Any, "credentials"),
        new("/root", FileAction.Any, "credentials"), new("/home/*/.ssh", FileAction.Any, "credentials"),

        // Many containers have these two mounted read-only to know their users' names.
        new("/etc/passwd", Writing, "credentials"), new("/etc/group", Writing, "credentials"),

        // Run by the host sooner or later.
        new("/etc/crontab", FileAction.Any, "schedulers"), new("/etc/cron.*", FileAction.Any, "schedulers"),
        new("/var/spool/cron", FileAction.Any, "schedulers"), new("/etc/systemd", FileAction.Any, "schedulers"),
        new("/usr/lib/systemd", FileAction.Any, "schedulers"), new("/lib/systemd", FileAction.Any, "schedulers"),
        new("/etc/rc.local", FileAction.Any, "schedulers"), new("/etc/init.d", FileAction.Any, "schedulers"),

        // Loaded into every program of the host, or into every login.
        new("/etc/ld.so.preload", FileAction.Any, "loader"), new("/lib*/security", FileAction.Any, "loader"),
        new("/usr/lib*/security", FileAction.Any, "loader"),

        // Keys and state of the cluster, of other pods and of other containers.
        new("/etc/kubernetes", FileAction.Any, "kubernetes"), new("/var/lib/kubelet", FileAction.Any, "kubernetes"),
        new("/var/lib/etcd", FileAction.Any, "kubernetes"), new("/root/.kube", FileAction.Any, "kubernetes"),
        new("/var/lib/docker", FileAction.Any, "runtime"), new("/var/lib/containerd", FileAction.Any, "runtime"),
        new("/run/containerd", FileAction.Any, "runtime"), new("/etc/docker", FileAction.Any, "runtime"),
        new("/var/lib/containers", FileAction.Any, "runtime"), new("/run/containers", FileAction.Any, "runtime"),

        // The kernel that boots next. Network plug-ins read the modules all day.
        new("/boot", FileAction.Any, "boot"), new("/lib/modules", Writing, "boot"), new("/usr/lib/modules", Writing, "boot"),

        // Programs that the host runs; reading and running them harms nobody.
        new("/usr/bin", Writing, "binaries"), new("/usr/sbin", Writing, "binaries"), new("/bin", Writing, "binaries"),
        new("/sbin", Writing, "binaries"), new("/usr/local/bin", Writing, "binaries"), new("/usr/local/sbin", Writing, "binaries"),
    ];

    /// <summary>
    /// What wins over the key paths: every image that shows the time wants to know the host's zone, and name resolution is mounted into
    /// containers by hand since there are containers.
    /// </summary>
    public ImmutableArray<string> ExcludedPaths { get; init; } =
        ["/etc/localtime", "/etc/timezone", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];

    /// <summary>
    /// Who may: node agents, backups, network plug-ins. All that is given must fit. Empty, since only a site knows its own; one entry for
    /// a program is better than one path less for all.
    /// </summary>
    public ImmutableArray<FileEscapeException> Exceptions { get; init; } = [];

    /// <summary>
    /// Whether any file of the host counts that is reached through the mounts of another process (/proc/PID/root, a file handle, a leaked
    /// descriptor): nobody declared those.
    /// </summary>
    public bool AnyForeignFile { get; init; } = true;

    /// <summary>Secrets are out.</summary>
    public Severity ReadSeverity { get; init; } = Severity.High;

    /// <summary>The host has been changed, or a program of its runs inside: the way out is open.</summary>
    public Severity WriteSeverity { get; init; } = Severity.Critical;

    /// <summary>It was tried and refused.</summary>
    public Severity BlockedSeverity { get; init; } = Severity.Medium;
}

/// <summary>A path on the host and what done to it is an escape.</summary>
/// <param name="Group">What it is, for people: credentials, schedulers, ...</param>
public sealed record KeyPath(string Path, FileAction Actions, string Group);

/// <summary>Who may touch what. Texts with "*" for any characters; empty for anything.</summary>
/// <param name="Image">Image reference as the container was started with.</param>
/// <param name="Process">Path of the executable in the container.</param>
/// <param name="Pod">Pod as "namespace/name".</param>
/// <param name="Path">Path on the host.</param>
/// <param name="Reason">Why, for who reads it later.</param>
public sealed record FileEscapeException(string Image = "", string Process = "", string Pod = "", string Path = "", string Reason = "");
