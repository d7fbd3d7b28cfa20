using System.Collections.Immutable;
using Pipeline.Detection.Rules;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Kernel;

namespace Pipeline.Host.Commands.Rules;

/// <summary>The facts of a rule as people read them.</summary>
internal static class RuleWords
{
    private static readonly EventKinds[] Kinds = [.. Enum.GetValues<EventKinds>().Where(kind => kind != EventKinds.None)];

    public static string Severity(RuleFacts rule) => rule.Least == rule.Most
        ? Spelling.Of(rule.Least)
        : $"{Spelling.Of(rule.Least)} to {Spelling.Of(rule.Most)}";

    public static string Classes(RuleFacts rule) => string.Join(", ", rule.ClassIds.Where(id => id.Length > 0));

    public static ImmutableArray<string> KindsOf(RuleFacts rule) =>
        [.. Kinds.Where(kind => (rule.Inputs.Kinds & kind) != 0).Select(Spelling.Of)];

    public static ImmutableArray<string> FilesOf(RuleFacts rule) => [.. rule.Inputs.Files.Select(Spelling.Of)];

    /// <summary>"process; file: open, write; syscall: setns".</summary>
    public static string Inputs(RuleFacts rule) => string.Join("; ", Kinds.Where(kind => (rule.Inputs.Kinds & kind) != 0).Select(kind =>
    {
        IEnumerable<string> details = kind switch
        {
            EventKinds.Syscall => rule.Inputs.Calls,
            EventKinds.File => FilesOf(rule),
            _ => [],
        };
        string listed = string.Join(", ", details);
        return listed.Length == 0 ? Spelling.Of(kind) : $"{Spelling.Of(kind)}: {listed}";
    }));
}
