using System.Collections.Immutable;
using Pipeline.Detection.Rules;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.FileEscape;

/// <summary>The facts of FE-01 to FE-04.</summary>
internal static class FileEscapeFacts
{
    private const string Paths = "opens by name that fail or leave no descriptor do not follow links; containers that end before their "
        + "mounts are read";

    private static readonly FileEscapePolicy Policy = FileEscapePolicy.Default;

    private static readonly ImmutableArray<string> Anything =
        [.. FileEscapeRule.ReadAttack.Concat(FileEscapeRule.CronAttack).Concat(FileEscapeRule.AnyAttack).Distinct()];

    public static ImmutableArray<RuleFacts> All { get; } =
    [
        Of(FileEscapeRule.Read, "a key file of the host was read", FileEscapeRule.ReadAttack, Policy.ReadSeverity, Policy.ReadSeverity),
        Of(FileEscapeRule.Write, "a key file of the host was changed, made, removed or run", FileEscapeRule.CronAttack,
            Policy.WriteSeverity, Policy.WriteSeverity),
        Of(FileEscapeRule.Blocked, "a key file of the host was tried and refused", Anything,
            Policy.BlockedSeverity, Policy.BlockedSeverity),
        Of(FileEscapeRule.Foreign, "a file of the host was reached through another process's mounts", Anything, Policy.ReadSeverity,
            Policy.WriteSeverity),
    ];

    private static RuleFacts Of(FileEscapeRule rule, string title, ImmutableArray<string> attack, Severity least, Severity most) => new()
    {
        Id = rule.RuleId,
        Title = title,
        ClassIds = [FileEscapeRule.ClassId],
        Attack = attack,
        Least = least,
        Most = most,
        Inputs = RuleInputs.Of(EventKinds.File | EventKinds.Process | EventKinds.Mount),
        Blind = Paths,
    };
}
