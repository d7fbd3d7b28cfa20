namespace Agents.NodeAgent.Kernel.Rules;

/// <summary>What is collected: the rows that are switched on.</summary>
internal static class CallTable
{
    /// <summary>Size of the programs' tables: above every number in use.</summary>
    public const int Calls = 512;

    public static IReadOnlyList<CollectedCall> All { get; } = [.. FileCalls.All, .. RiskyCalls.All];

    /// <summary>The rows that are on by default, changed by switches.</summary>
    /// <param name="switches">Names with + or - before them, separated by commas: "+kill,-write".</param>
    /// <exception cref="FormatException">A switch that is neither on nor off, or of a call that is not in the table.</exception>
    public static IReadOnlyList<CollectedCall> Select(string switches)
    {
        var on = All.Where(call => call.ByDefault).Select(call => call.Name).ToHashSet(StringComparer.Ordinal);
        foreach (string one in switches.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string name = one[1..];
            if (one[0] is not ('+' or '-')) throw new FormatException($"'{one}': write +{one} to collect the call, -{one} not to.");
            if (All.All(call => call.Name != name)) throw new FormatException($"'{name}' is not among the calls that can be collected.");
            if (one[0] == '+') on.Add(name);
            else on.Remove(name);
        }

        return [.. All.Where(call => on.Contains(call.Name))];
    }

    /// <summary>Fills the programs' tables: rules by native number, and native numbers by 32-bit number.</summary>
    public static void Fill(IEnumerable<CollectedCall> calls, Span<CallRule> rules, Span<ushort> compat)
    {
        rules.Clear();
        // A number that no rule has: its row is off.
        compat.Fill(Calls - 1);
        foreach (CollectedCall call in calls)
        {
            // Rows of one call differ in what they want of it; what is about a file comes first and says how it is told.
            if (rules[call.Number].On != 0) rules[call.Number].Value |= call.Value;
            else rules[call.Number] = call.ToRule();
            foreach (int number in call.Compat) compat[number] = (ushort)call.Number;
        }
    }
}
