namespace Agents.Descriptions.Trees;

/// <summary>A document's bytes within a file.</summary>
/// <param name="Line">Line at which it begins, from 1.</param>
/// <param name="IsMarked">It begins with a "---" of its own.</param>
internal readonly record struct DocumentPart(Range Range, int Line, bool IsMarked);

/// <summary>
/// Cuts a file at YAML's document markers, so that a document that cannot be parsed leaves the next one whole. A line that begins with
/// "---" or "..." is a marker wherever it stands (YAML 1.2, 9.1.2), and no JSON text has such a line.
/// </summary>
internal static class DocumentParts
{
    public static List<DocumentPart> Of(ReadOnlySpan<byte> file)
    {
        var parts = new List<DocumentPart>();
        (int start, int startLine, bool marked) = (0, 1, false);
        int line = 1;
        for (int at = 0; at < file.Length; line++)
        {
            ReadOnlySpan<byte> rest = file[at..];
            bool begins = IsMarker(rest, "---"u8);
            if (begins || IsMarker(rest, "..."u8))
            {
                Add(file, parts, start, at, startLine, marked);
                (start, startLine, marked) = (at, line, begins);
                if (!begins) start = Math.Min(at + 3, file.Length);
            }

            int end = rest.IndexOf((byte)'\n');
            at = end < 0 ? file.Length : at + end + 1;
        }

        Add(file, parts, start, file.Length, startLine, marked);
        return parts;
    }

    private static bool IsMarker(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> marker) =>
        rest.StartsWith(marker) && (rest.Length == 3 || rest[3] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n');

    /// <summary>Without a marker, comments, blank lines and directives are no document.</summary>
    private static void Add(ReadOnlySpan<byte> file, List<DocumentPart> parts, int start, int end, int line, bool marked)
    {
        if (marked || HoldsContent(file[start..end])) parts.Add(new DocumentPart(start..end, line, marked));
    }

    private static bool HoldsContent(ReadOnlySpan<byte> text)
    {
        foreach (Range range in text.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> trimmed = text[range].Trim(" \t\r"u8);
            if (!trimmed.IsEmpty && trimmed[0] is not ((byte)'#' or (byte)'%')) return true;
        }

        return false;
    }
}
