using System.Collections.Immutable;
using Pipeline.Detection.Rules;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.HighRiskSystemCall;

/// <summary>The facts of SC-01 to SC-25: those of the rows of the built-in table.</summary>
internal static class SystemCallFacts
{
    public static ImmutableArray<RuleFacts> All { get; } =
        [.. SystemCallTable.Rows.GroupBy(row => row.Rule).OrderBy(rows => rows.Key, StringComparer.Ordinal).Select(Of)];

    private static RuleFacts Of(IGrouping<string, SystemCallRow> rows)
    {
        SystemCallRow[] on = [.. rows.Where(row => row.Enabled)];
        Severity[] severities = [.. on.SelectMany(row => new[] { row.Success, row.Denied }).OfType<Severity>()];
        Severity denied = on.Max(row => row.Denied) ?? Severity.Low;

        // A refusal of a process that is probing is one level graver.
        Severity probing = denied < Severity.Critical ? denied + 1 : denied;
        string off = string.Join(", ", rows.Where(row => !row.Enabled).Select(row => row.Name));
        return new RuleFacts
        {
            Id = rows.Key,
            Title = SystemCallRule.For(rows.Key).What,
            ClassIds = [SystemCallRule.ClassId],
            Attack = [.. rows.SelectMany(row => row.Attack).Distinct()],
            Least = severities.Min(),
            Most = (Severity)Math.Max((int)severities.Max(), (int)probing),
            Inputs = new RuleInputs(EventKinds.Syscall,
                [.. on.SelectMany(row => row.Calls).Distinct().Order(StringComparer.Ordinal)], []),
            Blind = off.Length == 0 ? "the same asked for through io_uring" : $"off by default: {off}; the same asked for through io_uring",
        };
    }
}
