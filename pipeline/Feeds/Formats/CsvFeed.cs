using System.Globalization;
using System.Text;
using Pipeline.Detection.Fingerprints;
using Pipeline.Domain.Alarms;

namespace Pipeline.Feeds.Formats;

/// <summary>
/// Comma-separated values (RFC 4180, without line breaks in fields) under a head line that names a column "sha256" or "sha256_hash", and
/// perhaps "family" (or "signature"), "severity" (low to critical) and "expires" (a date or instant, UTC).
/// </summary>
internal static class CsvFeed
{
    private static readonly string[] DigestNames = ["sha256", "sha256_hash", "hash_sha256", "sha-256"];
    private static readonly string[] FamilyNames = ["family", "signature", "malware", "malware_family"];

    public static bool IsHead(string line) => Column(Fields(line.TrimStart('\uFEFF').TrimStart('#', ' ')), DigestNames) >= 0;

    public static void Read(TextReader text, FeedTarget target)
    {
        var lines = new BoundedLines(text);
        Columns? columns = null;
        while (lines.TryNext(out string? line))
        {
            line = line.TrimStart('\uFEFF');
            if (columns is null)
            {
                // Some feeds write their head line as the last of the comments.
                if (IsHead(line)) columns = Columns.Of(Fields(line.TrimStart('#', ' ')));
                else if (line.Length > 0 && line[0] != '#')
                {
                    target.Fault(lines.Number, "no head line with a column sha256");
                    return;
                }

                continue;
            }

            if (line.Length > 0 && line[0] != '#') Read(Fields(line), columns, lines.Number, target);
        }
    }

    private static void Read(string[] fields, Columns columns, int line, FeedTarget target)
    {
        string hex = Field(fields, columns.Digest);
        if (!Sha256Digest.TryParse(hex, out Sha256Digest digest))
        {
            target.Fault(line, $"no SHA-256 digest: {Quoted.Of(hex)}");
            return;
        }

        Severity? severity = null;
        string word = Field(fields, columns.Severity);
        if (word.Length > 0)
        {
            if (!Spelling.TryRead(word.ToLowerInvariant(), out Severity read))
            {
                target.Fault(line, $"no severity: {Quoted.Of(word)}");
                return;
            }

            severity = read;
        }

        DateTimeOffset? expires = null;
        string date = Field(fields, columns.Expires);
        if (date.Length > 0)
        {
            if (!DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset read))
            {
                target.Fault(line, $"no date: {Quoted.Of(date)}");
                return;
            }

            expires = read;
        }

        target.Take(digest, Field(fields, columns.Family), severity, expires);
    }

    private static int Column(string[] head, params ReadOnlySpan<string> names)
    {
        for (int i = 0; i < head.Length; i++)
        {
            foreach (string name in names)
            {
                if (string.Equals(head[i], name, StringComparison.OrdinalIgnoreCase)) return i;
            }
        }

        return -1;
    }

    /// <summary>Fields without their quotes and the white space around them.</summary>
    private static string[] Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"') field.Append(line[i++]);
            else if (c == '"') quoted = !quoted;
            else if (c is ',' or ';' && !quoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else field.Append(c);
        }

        fields.Add(field.ToString().Trim());
        return [.. fields];
    }

    private sealed record Columns(int Digest, int Family, int Severity, int Expires)
    {
        public static Columns Of(string[] head) =>
            new(Column(head, DigestNames), Column(head, FamilyNames), Column(head, "severity"), Column(head, "expires", "valid_until"));
    }

    /// <summary>Empty where the line is short or the feed has no such column.</summary>
    private static string Field(string[] fields, int column) => column >= 0 && column < fields.Length ? fields[column] : "";
}
