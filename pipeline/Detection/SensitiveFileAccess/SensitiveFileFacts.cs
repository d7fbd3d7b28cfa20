using System.Collections.Immutable;
using Pipeline.Detection.Rules;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>The facts of SF-01 to SF-03.</summary>
internal static class SensitiveFileFacts
{
    private const string Contents = "what was written (digests are not compared); files in mounts; the first minute of a container; hard "
        + "links that nobody was seen making";

    public static ImmutableArray<RuleFacts> All { get; } =
    [
        Of(SensitiveFileRule.Changed, "a protected file of the image was changed", Severity.Low, Severity.High, Contents),
        Of(SensitiveFileRule.Program, "a program or library of the image was changed", Severity.Low, Severity.High, Contents),
        Of(SensitiveFileRule.Attempt, "a change of a protected file was refused", Severity.Medium, Severity.Medium,
            "everything, unless the policy sets AlarmOnAttempts"),
    ];

    private static RuleFacts Of(SensitiveFileRule rule, string title, Severity least, Severity most, string blind) => new()
    {
        Id = rule.RuleId,
        Title = title,
        ClassIds = [rule.ClassId],
        Attack = SensitiveFileRule.AllAttack,
        Least = least,
        Most = most,
        Inputs = RuleInputs.Of(EventKinds.File | EventKinds.Container | EventKinds.Mount),
        Blind = blind,
    };
}
