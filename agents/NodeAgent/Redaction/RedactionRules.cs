using System.Buffers;
using System.Globalization;

namespace Agents.NodeAgent.Redaction;

internal enum FlagValue
{
    Attached,
    Next,
    Both,
}

/// <summary>A short option of some programs whose value is a secret.</summary>
/// <param name="Subcommand">Word that must have come before; null when none need.</param>
/// <param name="After">Only what follows this character in the value is secret (the password of user:password); null for all of it.</param>
internal sealed record FlagRule(IReadOnlyList<string> Programs, string? Subcommand, string Flag, FlagValue Value, char? After);

internal readonly record struct TokenRule(string Prefix, int Length);

/// <summary>A line of rules that cannot be used.</summary>
internal sealed record RuleFault(int Line, string Reason);

/// <summary>What is to be hidden in command lines. Immutable; safe from any thread.</summary>
internal sealed class RedactionRules
{
    private const int LongestName = 128;

    private static readonly string[] Always = ["://", "bearer ", "private key-----"];

    private readonly List<NamePattern> _names = [];
    private readonly List<NamePattern> _excepted = [];
    private readonly List<TokenRule> _tokens = [];
    private readonly Dictionary<string, List<FlagRule>> _flags = new(StringComparer.Ordinal);
    private SearchValues<string> _needles = SearchValues.Create(Always, StringComparison.OrdinalIgnoreCase);

    private RedactionRules()
    {
    }

    public static RedactionRules Default { get; } = Parse("").Rules;

    public IReadOnlyList<TokenRule> Tokens => _tokens;

    /// <summary>
    /// The default rules and those of <paramref name="more"/>: one on a line, words separated by blanks, # begins a comment. A line that
    /// cannot be used is a fault.
    /// </summary>
    public static (RedactionRules Rules, IReadOnlyList<RuleFault> Faults) Parse(string more)
    {
        var rules = new RedactionRules();
        var faults = new List<RuleFault>();
        rules.Add(DefaultRedactionRules.Text, faults);
        faults.Clear();
        rules.Add(more, faults);
        string[] needles =
        [
            .. Always, .. rules._names.Select(name => name.Needle), .. rules._tokens.Select(token => token.Prefix), .. rules._flags.Keys,
        ];
        rules._needles = SearchValues.Create([.. needles.Distinct(StringComparer.OrdinalIgnoreCase)], StringComparison.OrdinalIgnoreCase);
        return (rules, faults);
    }

    /// <summary>False for most command lines: then there is nothing to hide in it.</summary>
    public bool MayConcern(ReadOnlySpan<char> text) => text.ContainsAny(_needles);

    /// <param name="name">Without leading hyphens.</param>
    public bool IsSecret(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name.Length > LongestName) return false;
        string normal = NamePattern.Normalise(name);
        return _names.Exists(pattern => pattern.Matches(normal)) && !_excepted.Exists(pattern => pattern.Matches(normal));
    }

    /// <summary>The rules for a program's short options; null when there are none.</summary>
    /// <param name="word">As it was called, with or without directories.</param>
    public IReadOnlyList<FlagRule>? FlagsOf(ReadOnlySpan<char> word)
    {
        ReadOnlySpan<char> name = word[(word.LastIndexOf('/') + 1)..];
        return _flags.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out List<FlagRule>? rules) ? rules : null;
    }

    private void Add(string text, List<RuleFault> faults)
    {
        foreach ((int index, string line) in text.Split('\n').Index())
        {
            if (line.TrimStart().StartsWith('#') || string.IsNullOrWhiteSpace(line)) continue;
            string? reason = AddRule(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            if (reason is not null) faults.Add(new RuleFault(index + 1, reason));
        }
    }

    /// <summary>Takes a rule in, or says why it cannot be taken.</summary>
    private string? AddRule(string[] words)
    {
        switch (words)
        {
            case ["name", var pattern] when pattern.Trim('*').Length > 1:
                _names.Add(new NamePattern(pattern));
                return null;
            case ["except", var pattern] when pattern.Trim('*').Length > 1:
                _excepted.Add(new NamePattern(pattern));
                return null;
            case ["token", { Length: > 2 } prefix, var length] when int.TryParse(length, CultureInfo.InvariantCulture, out int least):
                _tokens.Add(new TokenRule(prefix, least));
                return null;
            case ["flag", var programs, .. var rest]:
                return AddFlag(programs.Split(','), rest);
            default:
                return "expected 'name PATTERN', 'except PATTERN', 'token PREFIX LENGTH' or "
                    + "'flag PROGRAM [SUBCOMMAND] FLAG attached|next|both [after CHAR]'";
        }
    }

    private string? AddFlag(string[] programs, string[] rest)
    {
        char? after = null;
        if (rest is [.. var head, "after", [var character]]) (rest, after) = (head, character);
        string? subcommand = null;
        if (rest is [[not '-', ..] first, _, _]) (subcommand, rest) = (first, rest[1..]);
        if (rest is not [['-', ..] flag, var value] || !Enum.TryParse(value, ignoreCase: true, out FlagValue kind))
            return "flag: expected FLAG attached|next|both";
        var rule = new FlagRule(programs, subcommand, flag, kind, after);
        foreach (string program in programs)
        {
            if (!_flags.TryGetValue(program, out List<FlagRule>? known)) _flags[program] = known = [];
            known.Add(rule);
        }

        return null;
    }
}
