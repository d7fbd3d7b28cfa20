using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>What one container may raise at most one alarm about; each has a class id of its own in HSS's catalogue.</summary>
public enum StartupClass
{
    /// <summary>Security options (container_1003): privileged, capabilities, seccomp, no-new-privileges.</summary>
    Options,

    /// <summary>Mount points (container_1004).</summary>
    Mounts,

    /// <summary>Namespaces of the host's (container_1001).</summary>
    Namespaces,
}

/// <summary>One setting that gives a container more power than it should have.</summary>
/// <param name="Check">One of <see cref="StartupCheckNames"/>.</param>
/// <param name="Content">The catalogue's exact payload string ("privileged:true"); consumers select on it.</param>
/// <param name="Basis">Explicit when somebody asked for it, else Inherited.</param>
public sealed record StartupFinding(StartupClass Class, string Check, string Content, Severity Severity, Basis Basis);

/// <param name="Findings">What to alarm about, in the order of <see cref="StartupCheckNames"/>, at most one for each check.</param>
/// <param name="Implied">What follows from a finding (a privileged container has all capabilities): evidence, no alarm of its own.</param>
public sealed record StartupResult(ImmutableArray<StartupFinding> Findings, ImmutableArray<StartupFinding> Implied)
{
    public static StartupResult Nothing { get; } = new([], []);
}

/// <summary>Stable names of the checks, as consumers see them.</summary>
public static class StartupCheckNames
{
    public const string Privileged = "privileged";
    public const string Capabilities = "capabilities";
    public const string Seccomp = "seccomp";
    public const string NoNewPrivileges = "no-new-privileges";
    public const string Mounts = "mounts";
    public const string Namespaces = "namespaces";
}
