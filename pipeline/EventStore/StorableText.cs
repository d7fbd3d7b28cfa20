using System.Buffers;
using System.Text;

namespace Pipeline.EventStore;

/// <summary>
/// Text as PostgreSQL takes it. What an alarm quotes comes from containers, which may put anything into a path or an argument; PostgreSQL
/// refuses U+0000 in
/// text and jsonb, UTF-8 has no lone surrogates, and an index refuses long keys. Such characters become U+FFFD, overlong text ends in
/// U+2026.
/// </summary>
internal static class StorableText
{
    /// <summary>Longest string inside a stored event, in UTF-16 units.</summary>
    public const int LongestInEvent = 32 * 1024;

    /// <summary>
    /// Longest string in a column of the read model, in UTF-8 bytes: what fits into a key of any of its indexes (B-tree 2704, GIN 2712
    /// bytes).
    /// </summary>
    public const int LongestInColumnBytes = 2048;

    private const char Cut = '\u2026';
    private const int CutBytes = 3;

    private static readonly SearchValues<char> Suspect =
        SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(c => (char)c), '\0']);

    /// <summary>The text itself when nothing is wrong with it, which is nearly always.</summary>
    public static string ForEvent(string text)
    {
        if (text.Length > LongestInEvent) text = string.Concat(text.AsSpan(0, LongestInEvent - 1), [Cut]);
        return text.AsSpan().ContainsAny(Suspect) ? Mended(text) : text;
    }

    /// <summary>For text that went through <see cref="ForEvent"/>.</summary>
    public static string ForColumn(string text)
    {
        if (text.Length * 3 <= LongestInColumnBytes || Encoding.UTF8.GetByteCount(text) <= LongestInColumnBytes) return text;
        int bytes = CutBytes;
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > LongestInColumnBytes) break;
            length += rune.Utf16SequenceLength;
        }

        return string.Concat(text.AsSpan(0, length), [Cut]);
    }

    private static string Mended(string text)
    {
        var mended = new StringBuilder(text.Length);
        // EnumerateRunes gives U+FFFD for each lone surrogate.
        foreach (Rune rune in text.EnumerateRunes()) mended.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return mended.ToString();
    }
}
