using System.Collections.Immutable;
using Pipeline.Detection.Files;
using Pipeline.Domain.Alarms;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>Which files of images nobody may change once a container runs.</summary>
public sealed record SensitiveFilePolicy
{
    public static SensitiveFilePolicy Default { get; } = new();

    /// <summary>Every one that fits a container's image is looked at; of those that protect a path the first decides.</summary>
    public ImmutableArray<ProtectionPolicy> Policies { get; init; } = [ProtectionPolicy.Default];

    /// <summary>
    /// Entrypoints fill in templates and make certificates known when a container starts; a minute is enough for all but databases. 0:
    /// none.
    /// </summary>
    public int GraceSeconds { get; init; } = 60;

    /// <summary>An open file that is not written to for so long is taken for closed; so is one that is written to for so long.</summary>
    public int IdleSeconds { get; init; } = 60;

    /// <summary>
    /// How long after the last step a change is complete: editors write a new file, and rename it over the old one within milliseconds.
    /// </summary>
    public int SettleSeconds { get; init; } = 2;

    /// <summary>How long the description of a container is waited for that a policy for certain images may apply to.</summary>
    public int DescriptionSeconds { get; init; } = 5;

    /// <summary>Off: many programs open for writing what they never write.</summary>
    public bool AlarmOnIntent { get; init; }

    /// <summary>Off: a read-only file system refuses harmless programs all day.</summary>
    public bool AlarmOnAttempts { get; init; }

    /// <summary>Of everything that has none of its own.</summary>
    public Severity Severity { get; init; } = Severity.Medium;

    /// <summary>Changed programs run sooner or later, and set-uid bits and file capabilities make root of users.</summary>
    public Severity ExecutableSeverity { get; init; } = Severity.High;

    /// <summary>Only the times changed.</summary>
    public Severity TimesSeverity { get; init; } = Severity.Low;
}

/// <summary>What is protected in containers of some images.</summary>
/// <param name="Id">Named in alarms.</param>
/// <param name="Images">References or digests with "*" for any characters.</param>
public sealed record ProtectionPolicy(string Id, ImmutableArray<string> Images, ImmutableArray<ProtectedPath> Paths)
{
    public static ProtectionPolicy Default { get; } = new("default", ["*"],
    [
        // Who writes these logs in as anybody.
        new("/etc/passwd", Severity: Severity.High), new("/etc/shadow", Severity: Severity.High), new("/etc/group"), new("/etc/gshadow"),
        new("/etc/sudoers", Severity: Severity.High), new("/etc/sudoers.d", Recursive: true, Severity: Severity.High),
        new("/etc/pam.d", Recursive: true, Severity: Severity.High), new("/root/.ssh", Recursive: true, Severity: Severity.High),
        new("/home/*/.ssh", Recursive: true, Severity: Severity.High), new("/etc/ssh", Recursive: true),

        // Loaded or run without anybody asking.
        new("/etc/ld.so.preload", Severity: Severity.High), new("/etc/crontab", Severity: Severity.High),
        new("/etc/cron.*", Recursive: true, Severity: Severity.High), new("/var/spool/cron", Recursive: true, Severity: Severity.High),
        new("/etc/profile"), new("/etc/profile.d", Recursive: true), new("/etc/bash.bashrc"),
    ])
    {
        IncludeExecutables = true,
    };

    /// <summary>
    /// Whether programs of the image are protected as well: executables of its layers, everything in <see cref="ExecutableDirectories"/>,
    /// and set-uid bits and file capabilities wherever they are given.
    /// </summary>
    public bool IncludeExecutables { get; init; }

    public ImmutableArray<string> ExecutableDirectories { get; init; } =
        ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/lib", "/lib64", "/usr/lib", "/usr/lib64"];

    /// <summary>Programs that may, by the path of their executable, with "*" for any characters.</summary>
    public ImmutableArray<string> ExcludedProcesses { get; init; } = [];

    /// <summary>Paths with all below them that are not protected. The linker's cache is made anew whenever a library comes.</summary>
    public ImmutableArray<string> ExcludedPaths { get; init; } = ["/etc/ld.so.cache", "/usr/lib/python*", "/usr/local/lib"];

    /// <summary>Off: what is mounted is no file of the image.</summary>
    public bool IncludeMounts { get; init; }
}

/// <summary>A protected path.</summary>
/// <param name="Path">In the container's root, with "*" for any characters of one name.</param>
/// <param name="Recursive">Whether all below it is protected too; else a directory's own entries are not.</param>
/// <param name="Actions">What is not allowed.</param>
/// <param name="Severity">Null: the policy's.</param>
public sealed record ProtectedPath(string Path, bool Recursive = false, FileAction Actions = FileAction.Change, Severity? Severity = null);
