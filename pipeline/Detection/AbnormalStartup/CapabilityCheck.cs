using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>Whether a container has more capabilities (capabilities(7)) than containers normally get.</summary>
internal static class CapabilityCheck
{
    private const string Everything = "ALL";

    /// <summary>All that Linux has, by number from 0 (include/uapi/linux/capability.h).</summary>
    private static readonly ImmutableArray<string> Linux =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
        "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    /// <summary>
    /// PERFMON, BPF and CHECKPOINT_RESTORE came with Linux 5.8 and 5.9: on an older kernel or with an older runtime "all" is without them.
    /// </summary>
    private const int OldKernelCount = 38;

    public static StartupFinding? Evaluate(ContainerSpec spec, StartupPolicy policy)
    {
        HashSet<string> extra = Effective(spec, policy);
        extra.ExceptWith(policy.DefaultCapabilities);
        bool excessive = policy.ExcessiveCapabilities.Any(extra.Contains);
        if (!excessive && extra.Count < policy.TooManyExtraCapabilities) return null;

        IEnumerable<string> listed = IsEverything(extra, policy) ? [Everything] : InOrder(extra, policy);
        return Found(listed, SeverityOf(extra, policy), StartupChecks.Known(spec.Capabilities.Basis));
    }

    /// <summary>What a privileged container has, whatever was asked for beside it.</summary>
    public static StartupFinding All(ContainerSpec spec, StartupPolicy policy) =>
        Found([Everything], policy.GravestCapabilitySeverity, spec.Capabilities.Add.Contains(Everything) ? Basis.Explicit : Basis.Inherited);

    private static StartupFinding Found(IEnumerable<string> names, Severity severity, Basis basis) =>
        new(StartupClass.Options, StartupCheckNames.Capabilities, $"capabilities:[{string.Join(',', names)}]", severity, basis);

    private static Severity SeverityOf(HashSet<string> extra, StartupPolicy policy)
    {
        if (policy.GravestCapabilities.Any(extra.Contains)) return policy.GravestCapabilitySeverity;
        bool mild = extra.Count < policy.TooManyExtraCapabilities
            && policy.ExcessiveCapabilities.Where(extra.Contains).All(name => policy.MildCapabilities.Contains(name));
        return mild ? policy.MildCapabilitySeverity : policy.CapabilitySeverity;
    }

    /// <summary>
    /// The stated set, or the default with additions and drops. Names that Linux does not know are left out unless the policy names them:
    /// runtimes refuse or ignore them. Docker lets an addition win over a drop of the same capability, the CRI runtimes drop last.
    /// </summary>
    private static HashSet<string> Effective(ContainerSpec spec, StartupPolicy policy)
    {
        CapabilitySettings asked = spec.Capabilities;
        HashSet<string> known = [.. Linux, .. policy.ExcessiveCapabilities];
        HashSet<string> effective;
        if (asked.Effective is { } stated)
        {
            effective = stated.Contains(Everything) ? [.. known] : [.. stated];
        }
        else
        {
            bool addsWin = spec.Format is "docker" or "podman" or "";
            bool all = asked.Add.Contains(Everything) && (addsWin || !asked.Drop.Contains(Everything));
            bool none = !all && asked.Drop.Contains(Everything);
            effective = all ? [.. known] : none ? [] : [.. policy.DefaultCapabilities];
            if (all || addsWin) effective.ExceptWith(asked.Drop);
            effective.UnionWith(asked.Add);
            if (!addsWin) effective.ExceptWith(asked.Drop);
        }

        effective.IntersectWith(known);
        return effective;
    }

    private static bool IsEverything(HashSet<string> extra, StartupPolicy policy) =>
        Linux.Take(OldKernelCount).All(name => extra.Contains(name) || policy.DefaultCapabilities.Contains(name));

    /// <summary>Worst first, then by number, so that the same set has the same payload however it was written.</summary>
    private static IEnumerable<string> InOrder(HashSet<string> names, StartupPolicy policy) =>
        policy.ExcessiveCapabilities.Concat(Linux).Distinct().Where(names.Contains);
}
