using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Pipeline.Domain.Alarms;

/// <summary>
/// How the words of the alarm vocabulary are written outside of the program: kebab-case ("abnormal-startup", "high"), the same in tables,
/// JSON, query
/// parameters and on the command line.
/// </summary>
public static class Spelling
{
    /// <summary>The written form of a defined value; the value's number when it is not defined.</summary>
    public static string Of<TWord>(TWord word) where TWord : struct, Enum =>
        Words<TWord>.Written.GetValueOrDefault(word) ?? word.ToString();

    /// <summary>Reads a written form, exactly as <see cref="Of"/> gives it.</summary>
    public static bool TryRead<TWord>([NotNullWhen(true)] string? text, out TWord word) where TWord : struct, Enum
    {
        word = default;
        return text is not null && Words<TWord>.Read.TryGetValue(text, out word);
    }

    /// <summary>Every written form, in the order of the values.</summary>
    public static ImmutableArray<string> All<TWord>() where TWord : struct, Enum => Words<TWord>.All;

    private static string Kebab(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (char c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0) text.Append('-');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    private static class Words<TWord> where TWord : struct, Enum
    {
        public static readonly ImmutableDictionary<TWord, string> Written =
            Enum.GetValues<TWord>().ToImmutableDictionary(word => word, word => Kebab(word.ToString()));

        public static readonly ImmutableDictionary<string, TWord> Read =
            Written.ToImmutableDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

        public static readonly ImmutableArray<string> All = [.. Enum.GetValues<TWord>().Select(word => Written[word])];
    }
}
