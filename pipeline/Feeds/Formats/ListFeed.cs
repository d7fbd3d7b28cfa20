using Pipeline.Detection.Fingerprints;

namespace Pipeline.Feeds.Formats;

/// <summary>One digest a line, alone or as sha256sum(1) prints it with a file name; "#" and ";" begin comments.</summary>
internal static class ListFeed
{
    public static void Read(TextReader text, FeedTarget target)
    {
        var lines = new BoundedLines(text);
        while (lines.TryNext(out string? line))
        {
            ReadOnlySpan<char> entry = line.AsSpan().Trim().TrimStart('\uFEFF');
            if (entry.IsEmpty || entry[0] is '#' or ';') continue;
            int end = entry.IndexOfAny(' ', '\t');
            if (Sha256Digest.TryParse(end < 0 ? entry : entry[..end], out Sha256Digest digest)) target.Take(digest);
            else target.Fault(lines.Number, $"no SHA-256 digest: {Quoted.Of(line)}");
        }
    }
}

/// <summary>What a report quotes of a line that somebody else wrote.</summary>
internal static class Quoted
{
    private const int Longest = 40;

    public static string Of(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> part = text[..Math.Min(text.Length, Longest)];
        Span<char> shown = stackalloc char[part.Length];
        for (int i = 0; i < part.Length; i++) shown[i] = char.IsControl(part[i]) || char.IsSurrogate(part[i]) ? '?' : part[i];
        return $"\"{shown}\"{(text.Length > Longest ? "..." : "")}";
    }
}
