using System.Collections.Immutable;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>
/// What an alarm of one class is called and says. The texts are for somebody who is woken by it and does not know the container.
/// </summary>
internal sealed record StartupRule(StartupClass Class, string RuleId, string ClassId, string Trouble)
{
    /// <summary>What to do first, whatever was found.</summary>
    public const string FirstThings =
        "Find out who started this container and whether it needs this (node agents, network and storage plug-ins and build tools may). "
        + "If nobody can say, take it for an attempt to reach the host: isolate or stop the container, keep its image and logs, "
        + "and look for other alarms of the same node and time. ";

    public static ImmutableArray<StartupRule> All { get; } =
    [
        new(StartupClass.Options, "AS-01", "container_1003", "more power over the host than containers normally get"),
        new(StartupClass.Mounts, "AS-02", "container_1004", "sensitive directories or sockets of the host mounted"),
        new(StartupClass.Namespaces, "AS-03", "container_1001", "namespaces of the host instead of its own"),
    ];

    public static StartupRule For(StartupClass part) => All[(int)part];

    /// <summary>A check in a few words, for titles.</summary>
    public static string InWords(string check) => check switch
    {
        StartupCheckNames.Privileged => "privileged",
        StartupCheckNames.Capabilities => "extra capabilities",
        StartupCheckNames.Seccomp => "no seccomp filter",
        StartupCheckNames.NoNewPrivileges => "may gain privileges",
        StartupCheckNames.Mounts => "host paths",
        _ => "host namespaces",
    };

    /// <summary>How to start the container without the finding.</summary>
    public static string Remedy(string check) => check switch
    {
        StartupCheckNames.Privileged =>
            "Start it without --privileged (Kubernetes: privileged: false) and give it only the devices and capabilities that it uses.",
        StartupCheckNames.Capabilities =>
            "Drop the capabilities that it does not use (--cap-drop ALL and --cap-add for the rest; Kubernetes: securityContext.capabilities).",
        StartupCheckNames.Seccomp =>
            "Remove seccomp=unconfined so that the runtime's default profile applies (Kubernetes: seccompProfile type RuntimeDefault).",
        StartupCheckNames.NoNewPrivileges =>
            "Set no-new-privileges (Kubernetes: allowPrivilegeEscalation: false), "
            + "so that set-uid programs in the image cannot raise a process to root.",
        StartupCheckNames.Mounts =>
            "Mount only the files that it reads, read-only, and no runtime socket: whoever can write to that socket controls the host.",
        _ =>
            "Give it namespaces of its own (no --pid, --ipc, --network, --uts or --userns host; Kubernetes: hostPID, hostIPC and hostNetwork: false).",
    };
}
