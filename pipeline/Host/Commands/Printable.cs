using System.Globalization;
using System.Text;

namespace Pipeline.Host.Commands;

/// <summary>
/// Makes text from outside safe to print: what would steer a terminal, hide or reorder characters (control and format characters, line
/// separators, unpaired surrogates) appears as \u{hex}, a backslash stays as it is.
/// </summary>
internal static class Printable
{
    public static string Of(string text)
    {
        StringBuilder? escaped = null;
        int done = 0;
        for (int at = 0; at < text.Length;)
        {
            bool whole = Rune.TryGetRuneAt(text, at, out Rune rune);
            int length = whole ? rune.Utf16SequenceLength : 1;
            if (!whole || IsHidden(rune))
            {
                escaped ??= new StringBuilder(text.Length + 16);
                escaped.Append(text, done, at - done).Append(CultureInfo.InvariantCulture, $"\\u{{{(whole ? rune.Value : text[at]):x}}}");
                done = at + length;
            }

            at += length;
        }

        return escaped is null ? text : escaped.Append(text, done, text.Length - done).ToString();
    }

    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
