using Pipeline.Domain.Alarms;

namespace Pipeline.Detection.MaliciousProgram.Rules;

/// <summary>MP-08: a tool of attackers runs where an application should.</summary>
internal static class ToolRule
{
    private const string Id = "MP-08";

    public static ProgramFinding? Examine(ref ExecutedProgram program)
    {
        // A script of that name under any interpreter may be something else: only shells run those meant here.
        string name = program.Name.ToString();
        if (program.Is(ProgramKinds.Shell) && ProgramNames.ScriptName(program.Self) is { IsEmpty: false } script) name = script.ToString();
        AttackTool? tool = program.Policy.Tools.FirstOrDefault(t => t.Name == name);
        if (!program.Weigh(Id, "a tool of the policy", name, tool is not null)) return null;
        bool common = tool!.CommonUse.Length > 0 && HasOption(program.Arguments, tool.CommonUse);
        if (!program.Weigh(Id, "not its everyday use", tool.CommonUse, !common)) return null;
        if (!program.Weigh(Id, "not an image of such tools", program.Image, !program.ImageMatches(program.Policy.ToolboxImages)))
            return null;
        return new ProgramFinding(ProgramRule.Tool, program.Policy.ToolSeverity, program.Path, $"Attack tool {name} runs")
        {
            Signs = [("tool", name)],
            Attack = [tool.Technique],
            Outcome = Outcome.AttackAttempt,
        };
    }

    /// <summary>"-z" is also there in "-zv": short options may stand together.</summary>
    private static bool HasOption(string[] arguments, string option)
    {
        foreach (string argument in arguments.AsSpan(1))
        {
            if (argument == option) return true;
            if (option.Length == 2 && argument is ['-', not '-', ..] && argument.Contains(option[1], StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
