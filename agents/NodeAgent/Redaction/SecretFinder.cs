using System.Buffers;

namespace Agents.NodeAgent.Redaction;

/// <summary>Finds the secrets of one command line. One use.</summary>
internal readonly ref struct SecretFinder(RedactionRules rules, ReadOnlySpan<char> text)
{
    private const int LongestUserAlone = 20;
    private const int ShortestBearer = 8;
    private const int LongBearer = 16;

    private static readonly SearchValues<char> Separators = SearchValues.Create("=:");
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-~+/=");

    private static readonly SearchValues<char> AuthorityEnd = SearchValues.Create("/?# \t\r\n\"'<>\0");

    /// <summary>What ends a value within a script, a URL or a list of settings.</summary>
    private static readonly SearchValues<char> ValueEnd = SearchValues.Create(" \t\r\n&;\"'`|<>(){}\0");

    private readonly ReadOnlySpan<char> _text = text;
    private readonly List<(int Start, int End)> _secrets = [];

    /// <summary>Where they are; may overlap.</summary>
    public List<(int Start, int End)> Find()
    {
        FindNamed();
        new WordWalk(rules, _text, _secrets).Run();
        FindTokens();
        FindBearers();
        FindUrls();
        FindKeys();
        return _secrets;
    }

    /// <summary>NAME=VALUE and NAME: VALUE, as an argument of its own or within one.</summary>
    private void FindNamed()
    {
        int previous = 0;
        for (int start = 0; start < _text.Length;)
        {
            int length = _text[start..].IndexOf('\0');
            int end = length < 0 ? _text.Length : start + length;
            bool script = IsScriptFlag(_text[previous..Math.Max(previous, start - 1)]);
            for (int at = start; _text[at..end].IndexOfAny(Separators) is >= 0 and var found;)
            {
                at = NamedValue(start, end, at + found, script);
            }

            previous = start;
            start = end + 1;
        }
    }

    /// <summary>Looks at the separator at <paramref name="at"/> of the argument; where to go on.</summary>
    private int NamedValue(int start, int end, int at, bool script)
    {
        int nameEnd = start + _text[start..at].TrimEnd(' ').Length;
        bool quoted = nameEnd > start && _text[nameEnd - 1] is '"' or '\'';
        nameEnd = quoted ? nameEnd - 1 : at;
        int nameStart = _text[start..nameEnd].LastIndexOfAnyExcept(NameCharacters) + start + 1;
        int value = at + 1;
        if (value >= end || !rules.IsSecret(_text[nameStart..nameEnd].TrimStart('-'))) return value;
        if (_text[at] == ':' && !quoted && _text[value] is not (' ' or '"' or '\'')) return value;
        if (_text[at] == '=' && _text[value] == '=') return value + 1;
        while (value < end && _text[value] == ' ') value++;
        if (value >= end) return end;

        int valueEnd;
        int closing = _text[value] is '"' or '\'' ? _text[(value + 1)..end].IndexOf(_text[value]) : -1;
        if (closing >= 0) valueEnd = ++value + closing;
        else if (_text[at] == ':') valueEnd = EndOf(_text[value..end].IndexOfAny('\n', '"', '\''), value, end);
        else if (nameStart == start && !script) valueEnd = end;
        else valueEnd = EndOf(_text[value..end].IndexOfAny(ValueEnd), value, end);
        if (valueEnd > value) _secrets.Add((value, valueEnd));
        return Math.Max(valueEnd, at + 1);
    }

    private static int EndOf(int found, int from, int end) => found < 0 ? end : from + found;

    /// <summary>sh -c, bash -lc: what follows is a script, of which no more than the secret may be hidden.</summary>
    private static bool IsScriptFlag(ReadOnlySpan<char> argument) =>
        argument.Length is > 1 and < 6 && argument[0] == '-' && argument[^1] == 'c';

    private void FindTokens()
    {
        foreach (TokenRule rule in rules.Tokens)
        {
            for (int at = 0; _text[at..].IndexOf(rule.Prefix, StringComparison.Ordinal) is >= 0 and var found;)
            {
                int start = at + found;
                int behind = start + rule.Prefix.Length;
                at = EndOf(_text[behind..].IndexOfAnyExcept(NameCharacters), behind, _text.Length);
                if (at - behind >= rule.Length && (start == 0 || !char.IsAsciiLetterOrDigit(_text[start - 1]))) _secrets.Add((start, at));
            }
        }
    }

    private void FindBearers()
    {
        const string scheme = "bearer ";
        for (int at = 0; _text[at..].IndexOf(scheme, StringComparison.OrdinalIgnoreCase) is >= 0 and var found;)
        {
            int start = at + found + scheme.Length;
            at = EndOf(_text[start..].IndexOfAnyExcept(TokenCharacters), start, _text.Length);
            ReadOnlySpan<char> value = _text[start..at];
            bool isSecret = value.Length >= LongBearer || (value.Length >= ShortestBearer && value.ContainsAnyInRange('0', '9'));
            if (isSecret) _secrets.Add((start, at));
        }
    }

    /// <summary>scheme://user:SECRET@host, and scheme://SECRET@host when it is too long for a name.</summary>
    private void FindUrls()
    {
        const string mark = "://";
        for (int at = 0; _text[at..].IndexOf(mark, StringComparison.Ordinal) is >= 0 and var found;)
        {
            int start = at + found + mark.Length;
            at = EndOf(_text[start..].IndexOfAny(AuthorityEnd), start, _text.Length);
            int user = _text[start..at].LastIndexOf('@');
            if (user <= 0) continue;
            int colon = _text[start..(start + user)].IndexOf(':');
            if (colon >= 0 && colon + 1 < user) _secrets.Add((start + colon + 1, start + user));
            else if (colon < 0 && user > LongestUserAlone) _secrets.Add((start, start + user));
        }
    }

    /// <summary>A private key in PEM (RFC 7468): all of its body.</summary>
    private void FindKeys()
    {
        const string label = "PRIVATE KEY-----";
        for (int at = 0; _text[at..].IndexOf(label, StringComparison.Ordinal) is >= 0 and var found;)
        {
            int start = at + found + label.Length;
            at = EndOf(_text[start..].IndexOfAny('\0', '-'), start, _text.Length);
            if (at > start) _secrets.Add((start, at));
            // Past the closing line, which has the label too.
            int closing = _text[at..].IndexOf(label, StringComparison.Ordinal);
            if (closing >= 0) at += closing + label.Length;
        }
    }
}
