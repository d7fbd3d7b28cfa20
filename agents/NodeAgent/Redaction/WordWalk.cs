namespace Agents.NodeAgent.Redaction;

/// <summary>
/// Goes through the words of a command line (also those within an argument, which may be a script) for options whose value is the next
/// word, and for short options of programs that are called. One use.
/// </summary>
internal ref struct WordWalk(RedactionRules rules, ReadOnlySpan<char> text, List<(int Start, int End)> secrets)
{
    /// <summary>Behind a wrapper (sudo -u root), the program is among so many words.</summary>
    private const int WrapperWords = 6;

    private static readonly HashSet<string> Wrappers =
    [
        "sudo", "doas", "env", "nice", "ionice", "nohup", "timeout", "exec", "time", "setsid", "stdbuf", "chroot", "xargs", "su-exec",
        "gosu", "tini", "dumb-init",
    ];

    private readonly ReadOnlySpan<char> _text = text;
    private IReadOnlyList<FlagRule>? _flags;
    private List<string>? _subcommands;

    /// <summary>How many of the words that follow can be the program that is called.</summary>
    private int _calls = 1;

    public void Run()
    {
        for (int at = 0; at < _text.Length;)
        {
            if (IsBlank(_text[at]))
            {
                at++;
                continue;
            }

            int end = WordEnd(at);
            Look(at, end);
            at = end;
        }
    }

    private void Look(int start, int end)
    {
        ReadOnlySpan<char> word = _text[start..end].Trim("\"'");
        if (_calls > 0 || IsScriptStart(start)) Call(word);
        if (word is ['-', ..])
        {
            if (!word.Contains('=') && word.Length > 2 && rules.IsSecret(word.TrimStart('-'))) HideNext(end, after: null);
            foreach (FlagRule rule in _flags ?? []) Flag(rule, word, start, end);
        }
        else
        {
            _subcommands?.Add(word.ToString());
        }

        if (word is ";" or "|" or "||" or "&&" or "&" || word.EndsWith(";")) _calls = 1;
    }

    /// <summary>A word where a program may be named.</summary>
    private void Call(ReadOnlySpan<char> word)
    {
        _calls = Math.Max(0, _calls - 1);
        ReadOnlySpan<char> name = word[(word.LastIndexOf('/') + 1)..];
        if (Wrappers.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name)) _calls = WrapperWords;
        // An assignment before the program.
        else if (_calls == 0 && word is not ['-', ..] && word.Contains('=')) _calls = 1;
        if (rules.FlagsOf(word) is not { } flags) return;
        _flags = flags;
        _subcommands = [];
        _calls = 0;
    }

    private readonly void Flag(FlagRule rule, ReadOnlySpan<char> word, int start, int end)
    {
        if (!word.StartsWith(rule.Flag, StringComparison.Ordinal)) return;
        if (rule.Subcommand is { } subcommand && _subcommands?.Contains(subcommand) != true) return;
        if (word.Length == rule.Flag.Length)
        {
            if (rule.Value != FlagValue.Attached) HideNext(end, rule.After);
        }
        else if (rule.Value != FlagValue.Next && word is not ['-', '-', ..])
        {
            Hide(start + _text[start..end].IndexOf(rule.Flag, StringComparison.Ordinal) + rule.Flag.Length, end, rule.After);
        }
    }

    /// <summary>
    /// Hides the word behind <paramref name="end"/>: the whole argument when it is one, else up to a blank or the closing quote.
    /// </summary>
    private readonly void HideNext(int end, char? after)
    {
        int start = end;
        while (start < _text.Length && IsBlank(_text[start])) start++;
        if (start >= _text.Length || _text[start] == '-') return;
        int stop;
        if (_text[end] == '\0')
        {
            int length = _text[start..].IndexOf('\0');
            stop = length < 0 ? _text.Length : start + length;
        }
        else
        {
            stop = WordEnd(start);
        }

        Hide(start, stop, after);
    }

    private readonly void Hide(int start, int end, char? after)
    {
        if (after is { } mark)
        {
            int at = _text[start..end].IndexOf(mark);
            if (at < 0) return;
            start += at + 1;
        }

        if (end > start) secrets.Add((start, end));
    }

    /// <summary>A word ends at a blank; one that begins with a quote ends with it.</summary>
    private readonly int WordEnd(int start)
    {
        ReadOnlySpan<char> rest = _text[start..];
        int closing = rest[0] is '"' or '\'' ? rest[1..].IndexOfAny(rest[0], '\0') : -1;
        if (closing >= 0 && rest[closing + 1] != '\0') return start + closing + 2;
        int length = rest.IndexOfAny(" \t\r\n\0");
        return length < 0 ? _text.Length : start + length;
    }

    /// <summary>The first word of an argument behind sh -c and the like.</summary>
    private readonly bool IsScriptStart(int start)
    {
        if (start < 2 || _text[start - 1] != '\0') return false;
        ReadOnlySpan<char> before = _text[..(start - 1)];
        before = before[(before.LastIndexOf('\0') + 1)..];
        return before.Length is > 1 and < 6 && before[0] == '-' && before[^1] == 'c';
    }

    private static bool IsBlank(char character) => character is ' ' or '\t' or '\r' or '\n' or '\0';
}
