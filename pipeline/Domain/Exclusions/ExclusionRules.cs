using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.Domain.Exclusions;

/// <summary>What an exclusion must be like. Pure.</summary>
public static class ExclusionRules
{
    public const int MostConditions = 16;
    public const int LongestValue = 1024;

    /// <summary>Most exclusions that hold at the same time: each is asked about every new alarm.</summary>
    public const int MostAtOnce = 500;

    /// <summary>What is wrong with it; empty where nothing is. Names the member and says why.</summary>
    public static string Fault(ImmutableArray<ExclusionCondition> conditions, string actor, string reason, DateTimeOffset? expiresAt, DateTimeOffset now)
    {
        if (conditions.IsDefaultOrEmpty) return "conditions: there are none, which would hide every alarm";
        if (conditions.Length > MostConditions) return $"conditions: more than {MostConditions}";
        if (conditions.All(condition => condition.IsNegative)) return "conditions: all say what an alarm is not, which would hide nearly every alarm; say what it is, too";
        foreach ((int i, ExclusionCondition condition) in conditions.Index())
        {
            if (condition.Value.Length == 0) return $"conditions[{i}].value: is empty";
            if (condition.Value.Length > LongestValue) return $"conditions[{i}].value: longer than {LongestValue} characters";
            if (condition.Operator == ExclusionOperator.Glob && condition.Value.All(c => c is '*' or '?')) return $"conditions[{i}].value: holds for everything";
        }

        if (actor.Length is 0 or > AlarmActionTaken.LongestName) return $"actor: 1 to {AlarmActionTaken.LongestName} characters";
        if (reason.Length is 0 or > AlarmActionTaken.LongestReason) return $"reason: 1 to {AlarmActionTaken.LongestReason} characters; whoever finds it next year must know why";
        return expiresAt <= now ? "expiresAt: is past" : "";
    }
}
