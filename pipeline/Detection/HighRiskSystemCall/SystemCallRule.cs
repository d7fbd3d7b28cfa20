using System.Collections.Frozen;

namespace Pipeline.Detection.HighRiskSystemCall;

/// <summary>What alarms of one family of calls say. For somebody who is woken by it and does not know the call.</summary>
/// <param name="What">Completes "the program ... ".</param>
/// <param name="Who">Programs that do so for good reasons.</param>
internal sealed record SystemCallRule(string RuleId, string What, string Who)
{
    public const string ClassId = "containerescape_0001";

    private static readonly FrozenDictionary<string, SystemCallRule> Families = new SystemCallRule[]
    {
        new("SC-01", "opened a file by its handle, which finds files outside of the container (\"shocker\")",
            "NFS servers and fanotify tools"),
        new("SC-02", "traced another process", "debuggers, strace, crash handlers and leak checkers"),
        new("SC-03", "entered another namespace", "network plug-ins and agents that use nsenter"),
        new("SC-04", "made itself new namespaces", "browsers' sandboxes, bubblewrap and rootless builders"),
        new("SC-05", "told the machine to restart or halt", "init systems in containers"),
        new("SC-06", "loaded or removed a kernel module", "driver installers"),
        new("SC-07", "prepared another kernel to run", "nothing that belongs into a container"),
        new("SC-08", "loaded a program into the kernel", "eBPF agents and network plug-ins"),
        new("SC-09", "read performance counters of the kernel", "profilers and Java"),
        new("SC-10", "mounted or unmounted file systems", "init systems, Docker in Docker, storage plug-ins and image builders"),
        new("SC-11", "changed its root directory", "package builders"),
        new("SC-12", "handled page faults itself, which widens races in kernel exploits", "QEMU, CRIU and garbage collectors"),
        new("SC-13", "used the kernel's key rings, which are not separated between containers", "Kerberos"),
        new("SC-14", "read or wrote the memory of another process", "debuggers and MPI"),
        new("SC-15", "reached into another process", "system managers and debuggers"),
        new("SC-16", "asked for access to hardware ports", "X servers"),
        new("SC-17", "changed the machine's swap space", "nothing that belongs into a container"),
        new("SC-18", "set the machine's clock", "time servers"),
        new("SC-19", "switched the kernel's process accounting", "nothing that belongs into a container"),
        new("SC-20", "changed disk quotas", "storage plug-ins"),
        new("SC-21", "weakened the layout of its memory", "debuggers, setarch and old Java"),
        new("SC-22", "read the kernel's log", "dmesg and log collectors"),
        new("SC-23", "opened a socket of a rarely used family, in which exploits look for weaknesses",
            "disk encryption tools and agents of virtual machines"),
        new("SC-24", "set up io_uring, whose work no system call shows", "databases and web servers"),
        new("SC-25", "made a system call that nothing uses any more", "nothing: exploits probe old code"),
    }.ToFrozenDictionary(rule => rule.RuleId);

    /// <summary>A row of a site's own may have a family that is not built in.</summary>
    public static SystemCallRule For(string ruleId) =>
        Families.TryGetValue(ruleId, out SystemCallRule? family)
            ? family : new SystemCallRule(ruleId, "made a system call that the policy calls high-risk", "what the policy's author knows");

    public string Recommendation =>
        $"Find out what the program is, who started it and whether it is part of the image. Good reasons: {Who}. "
        + "With one, add an exception for this image, program and call to the policy; else take it for an attempt to break out: "
        + "isolate the container, keep its image and logs, and look for other alarms of the same node and time. "
        + "Where the call succeeded, take away the capability that allowed it and let the runtime's default seccomp profile apply.";
}
