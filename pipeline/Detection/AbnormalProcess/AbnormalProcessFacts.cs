using System.Collections.Immutable;
using Pipeline.Detection.Rules;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalProcess;

/// <summary>The facts of AP-01.</summary>
internal static class AbnormalProcessFacts
{
    public static ImmutableArray<RuleFacts> All { get; } =
    [
        new()
        {
            Id = AbnormalProcessRule.Id,
            Title = "a program that the container's whitelist does not allow",
            ClassIds = [AbnormalProcessRule.ClassId],
            Attack = AbnormalProcessRule.Attack,
            Least = Severity.Low,
            Most = AbnormalProcessPolicy.Default.GraveSeverity,
            Inputs = new RuleInputs(EventKinds.Process | EventKinds.File | EventKinds.Container, [], [FileOperation.Hashed]),
            Blind = "containers without a whitelist; a program whose entry asks for a digest that never comes; alarms of other types do "
                + "not end learning",
        },
    ];
}
