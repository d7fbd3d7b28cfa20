using System.Collections.Immutable;
using Pipeline.Domain.Containers;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>
/// What is wrong with the way a container was started, told from its description alone. A pure function, safe from any thread.
/// </summary>
public static class StartupChecks
{
    /// <summary>Payload order; also the only namespaces that are known.</summary>
    private static readonly ImmutableArray<string> NamespaceOrder = ["pid", "ipc", "network", "uts", "user", "cgroup", "mnt"];

    /// <summary>
    /// Runs every check. A pod's sandbox only answers for its namespaces, since its other settings are the kubelet's. A Windows container
    /// has none of the settings.
    /// </summary>
    public static StartupResult Evaluate(ContainerSpec spec, StartupPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(policy);
        if (spec.OperatingSystem == "windows") return StartupResult.Nothing;

        StartupFinding? namespaces = Namespaces(spec, policy);
        if (spec.IsSandbox) return new StartupResult(namespaces is null ? [] : [namespaces], []);

        StartupFinding? mounts = MountCheck.Evaluate(spec, policy);
        if (spec.Privileged.Value)
        {
            // Privileged lifts the other options by itself: they explain the alarm and are none of their own.
            var privileged = new StartupFinding(
                StartupClass.Options, StartupCheckNames.Privileged, "privileged:true", policy.PrivilegedSeverity, Known(spec.Privileged.Basis));
            return new StartupResult(
                Present(privileged, mounts, namespaces),
                Present(CapabilityCheck.All(spec, policy), ImpliedSeccomp(spec, policy), NoNewPrivileges(spec, policy)));
        }

        return new StartupResult(
            Present(CapabilityCheck.Evaluate(spec, policy), Seccomp(spec, policy), NoNewPrivileges(spec, policy), mounts, namespaces), []);
    }

    private static StartupFinding? Seccomp(ContainerSpec spec, StartupPolicy policy)
    {
        if (spec.Seccomp.Value != SeccompProfile.Unconfined || spec.Seccomp.Basis == Basis.Unknown) return null;
        if (spec.Seccomp.IsExplicit) return Unconfined(policy.ExplicitSeccompSeverity, Basis.Explicit);
        bool alarms = policy.AlarmOnInheritedDefault || policy.FormatsWhereMissingSeccompAlarms.Contains(spec.Format);
        return alarms ? Unconfined(policy.InheritedSeccompSeverity, Basis.Inherited) : null;
    }

    /// <summary>A runtime leaves a privileged container without a filter unless a profile was asked for by name.</summary>
    private static StartupFinding? ImpliedSeccomp(ContainerSpec spec, StartupPolicy policy) => spec.Seccomp switch
    {
        { IsExplicit: true, Value: SeccompProfile.Unconfined } => Unconfined(policy.ExplicitSeccompSeverity, Basis.Explicit),
        { IsExplicit: true } => null,
        _ => Unconfined(policy.InheritedSeccompSeverity, Basis.Inherited),
    };

    private static StartupFinding Unconfined(Pipeline.Domain.Alarms.Severity severity, Basis basis) =>
        new(StartupClass.Options, StartupCheckNames.Seccomp, "seccomp=unconfined", severity, basis);

    private static StartupFinding? NoNewPrivileges(ContainerSpec spec, StartupPolicy policy)
    {
        if (spec.NoNewPrivileges.Value || spec.NoNewPrivileges.Basis == Basis.Unknown) return null;
        if (!spec.NoNewPrivileges.IsExplicit && !policy.AlarmOnInheritedDefault) return null;
        return new StartupFinding(
            StartupClass.Options, StartupCheckNames.NoNewPrivileges, "no-new-privileges:false", policy.NoNewPrivilegesSeverity, spec.NoNewPrivileges.Basis);
    }

    private static StartupFinding? Namespaces(ContainerSpec spec, StartupPolicy policy)
    {
        string[] shared = [.. NamespaceOrder.Where(type => spec.HostNamespaces.Any(n => n.Type == type))];
        if (shared.Length == 0) return null;
        Basis basis = spec.HostNamespaces.Any(n => n.Basis == Basis.Explicit) ? Basis.Explicit : Basis.Inherited;
        return new StartupFinding(
            StartupClass.Namespaces, StartupCheckNames.Namespaces, $"namespaces:[{string.Join(',', shared)}]", policy.NamespaceSeverity, basis);
    }

    /// <summary>A value that is there although its format cannot say who asked for it was asked for by nobody we know.</summary>
    internal static Basis Known(Basis basis) => basis == Basis.Explicit ? Basis.Explicit : Basis.Inherited;

    private static ImmutableArray<StartupFinding> Present(params ReadOnlySpan<StartupFinding?> findings)
    {
        var present = ImmutableArray.CreateBuilder<StartupFinding>();
        foreach (StartupFinding? finding in findings)
        {
            if (finding is not null) present.Add(finding);
        }

        return present.ToImmutable();
    }
}
