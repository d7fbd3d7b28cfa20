using System.Globalization;
using System.Text;

namespace Pipeline.Policies.Shapes;

/// <summary>Texts as YAML scalars: plain where that means the text itself, else in double quotes.</summary>
internal static class YamlText
{
    public static string Of(string text) => IsPlain(text) ? text : Quoted(text);

    /// <summary>
    /// What begins with a letter, "/" or "#"-free and holds nothing that YAML, flow lists or other readers could take for something else.
    /// </summary>
    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiLetter(text[0]) || text[0] is '/' or '_')) return false;
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '.' or '-' or '_' or '+' or '*' or '@')) return false;
        }

        return text.ToLowerInvariant() is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n");
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (char c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (c is >= ' ' and < '\x7f') quoted.Append(c);
            else quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }

        return quoted.Append('"').ToString();
    }
}
