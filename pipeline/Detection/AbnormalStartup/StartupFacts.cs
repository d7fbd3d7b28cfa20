using System.Collections.Immutable;
using Pipeline.Detection.Rules;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>The facts of AS-01 to AS-04.</summary>
internal static class StartupFacts
{
    private const string Blind = "containers that no engine describes";

    public static ImmutableArray<RuleFacts> All { get; } =
    [
        Of(StartupClass.Options, ["T1610"], Severity.Low, Severity.High),
        Of(StartupClass.Mounts, ["T1610", "T1611"], Severity.Low, Severity.High),
        Of(StartupClass.Namespaces, ["T1610"], Severity.Medium, Severity.Medium),
        new()
        {
            Id = ElevationCheck.RuleId,
            Title = "a program raised its user's rights, without no-new-privileges",
            ClassIds = [ElevationCheck.ClassId],
            Attack = ElevationCheck.Attack,
            Least = StartupPolicy.Default.ElevationSeverity,
            Most = StartupPolicy.Default.ElevationSeverity,
            Inputs = RuleInputs.Of(EventKinds.Process),
            Blind = "rights that a running process gains without exec (VE-13)",
        },
    ];

    private static RuleFacts Of(StartupClass part, ImmutableArray<string> attack, Severity least, Severity most)
    {
        StartupRule rule = StartupRule.For(part);
        return new RuleFacts
        {
            Id = rule.RuleId,
            Title = rule.Trouble,
            ClassIds = [rule.ClassId],
            Attack = attack,
            Least = least,
            Most = most,
            Inputs = RuleInputs.Of(EventKinds.Container),
            Blind = Blind,
        };
    }
}
