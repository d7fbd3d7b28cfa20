using System.Collections.Immutable;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>Why the startup rules decide as they do, in words; nothing here runs unless somebody asks.</summary>
internal static class StartupReasons
{
    /// <summary>Stands for all three rules where no single one was reached.</summary>
    private const string AllRules = "AS-01..03";

    public static void NoDescription(IReasons? reasons) => reasons?.Weigh(AllRules, "the container's description is known", "no", false);

    public static void SameStart(IReasons? reasons, int pid) =>
        reasons?.Weigh(AllRules, "the start is not one that was judged before", $"pid {pid} again", false);

    public static void NothingToJudge(IReasons? reasons, ContainerAction action) =>
        reasons?.Weigh(AllRules, "the container was described or started", action.ToString(), false);

    /// <param name="before">What was known of the container before this event.</param>
    /// <param name="startsAgain">A start after the first counts whatever was reported.</param>
    public static void Tell(
        IReasons reasons, ContainerSpec spec, StartupPolicy policy, ImmutableArray<StartupAlarm> alarms, JudgedContainer before,
            bool startsAgain)
    {
        foreach (StartupRule rule in StartupRule.All)
        {
            reasons.Weigh(rule.RuleId, "it is a Linux container", spec.OperatingSystem, spec.OperatingSystem != "windows");
            if (spec.OperatingSystem == "windows") continue;
            if (rule.Class != StartupClass.Namespaces)
            {
                reasons.Weigh(rule.RuleId, "it is no pod's sandbox, whose settings are the kubelet's", spec.IsSandbox ? "sandbox" : "no",
                    !spec.IsSandbox);
                if (spec.IsSandbox) continue;
            }

            StartupAlarm? alarm = alarms.FirstOrDefault(a => a.Class == rule.Class);
            reasons.Weigh(rule.RuleId, Condition(rule.Class), Settings(rule.Class, spec, policy), alarm is not null);
            if (alarm is null) continue;
            bool known = before.Reported(alarm.Class, alarm.Fingerprint);
            string value = startsAgain ? "started again" : known ? "reported" : "no";
            reasons.Weigh(rule.RuleId, "it was not reported of this container yet, or the container starts again", value, !known
                || startsAgain);
        }
    }

    private static string Condition(StartupClass part) => part switch
    {
        StartupClass.Options => "privileged, capabilities, seccomp or no-new-privileges is a finding",
        StartupClass.Mounts => "a mount shows a guarded part of the host",
        _ => "a namespace is the host's",
    };

    private static string Settings(StartupClass part, ContainerSpec spec, StartupPolicy policy) => part switch
    {
        StartupClass.Options =>
            $"privileged {Of(spec.Privileged)}"
            + $"; capabilities +[{string.Join(',', spec.Capabilities.Add)}] -[{string.Join(',', spec.Capabilities.Drop)}]"
            + $"; seccomp {Of(spec.Seccomp)}; no-new-privileges {Of(spec.NoNewPrivileges)}"
            + $"; inherited defaults alarm: {policy.AlarmOnInheritedDefault}",
        StartupClass.Mounts => spec.Mounts.IsEmpty ? "no mounts" : string.Join("; ", spec.Mounts.Select(m =>
            MountCheck.Verdict(m, policy))),
        _ => spec.HostNamespaces.IsEmpty ? "none" : string.Join(", ", spec.HostNamespaces.Select(n => n.Type)),
    };

    private static string Of<T>(Setting<T> setting) => $"{setting.Value} ({setting.Basis})";
}
