using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.MaliciousProgram;

namespace Pipeline.Feeds.Formats;

/// <summary>
/// Digests in JSON, wherever they stand: STIX 2.1 indicators whose pattern names a SHA-256 of a file, and MISP attributes of a type that is
/// one. Read token by token; of the objects that are open only the few properties that matter are kept.
/// </summary>
internal ref struct JsonFeed
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Comparisons of a digest for equality; what a pattern excludes ("!=", "NOT =") is written otherwise.</summary>
    private static readonly Regex Digests = new(
        "file:hashes\\.['\"]?SHA-?256['\"]?\\s*=\\s*'([0-9A-Fa-f]+)'", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private readonly ReadOnlySpan<byte> _json;
    private readonly bool _stix;
    private readonly FeedTarget _target;
    private readonly Stack<Entry> _open = new();
    private int _line = 1;
    private int _counted;

    private JsonFeed(ReadOnlySpan<byte> json, bool stix, FeedTarget target)
    {
        _json = json;
        _stix = stix;
        _target = target;
    }

    public static void Read(ReadOnlySpan<byte> json, FeedFormat format, FeedTarget target)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        var feed = new JsonFeed(json.StartsWith(mark) ? json[mark.Length..] : json, format == FeedFormat.Stix, target);
        try
        {
            feed.Walk();
        }
        catch (JsonException e)
        {
            // Utf8JsonReader has no other way to report a syntax error; what came before it stays.
            target.Fault((int)(e.LineNumber ?? 0) + 1, "not valid JSON from here on");
        }
    }

    private void Walk()
    {
        var reader = new Utf8JsonReader(_json, Options);
        string property = "";
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    _open.Push(new Entry(LineOf((int)reader.TokenStartIndex)));
                    break;
                case JsonTokenType.EndObject:
                    Close(_open.Pop());
                    break;
                case JsonTokenType.PropertyName:
                    property = reader.GetString() ?? "";
                    break;
                case JsonTokenType.String when _open.TryPeek(out Entry? entry):
                    entry.Set(property, reader.GetString() ?? "");
                    break;
                case JsonTokenType.True or JsonTokenType.False when _open.TryPeek(out Entry? entry):
                    entry.Set(property, reader.TokenType == JsonTokenType.True ? "true" : "false");
                    break;
            }
        }
    }

    private readonly void Close(Entry entry)
    {
        if (_stix) CloseStix(entry);
        else CloseMisp(entry);
    }

    private readonly void CloseStix(Entry entry)
    {
        if (entry.Type != "indicator" || !entry.Pattern.Contains("SHA", StringComparison.Ordinal)) return;
        if (entry.Revoked == "true")
        {
            _target.Ignore();
            return;
        }

        DateTimeOffset? expires = null;
        if (entry.ValidUntil.Length > 0)
        {
            if (!DateTimeOffset.TryParse(entry.ValidUntil, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
                out DateTimeOffset until))
            {
                _target.Fault(entry.Line, $"no instant in valid_until: {Quoted.Of(entry.ValidUntil)}");
                return;
            }

            expires = until;
        }

        foreach (Match match in Digests.Matches(entry.Pattern))
        {
            if (Sha256Digest.TryParse(match.Groups[1].ValueSpan, out Sha256Digest digest)) _target.Take(digest, entry.Name, null, expires);
            else _target.Fault(entry.Line, $"no SHA-256 digest: {Quoted.Of(match.Groups[1].ValueSpan)}");
        }
    }

    private readonly void CloseMisp(Entry entry)
    {
        if (entry.Type is not ("sha256" or "filename|sha256")) return;
        if (entry.ToIds == "false")
        {
            _target.Ignore();
            return;
        }

        ReadOnlySpan<char> hex = entry.Value.AsSpan(entry.Value.LastIndexOf('|') + 1).Trim();
        if (Sha256Digest.TryParse(hex, out Sha256Digest digest)) _target.Take(digest, Family(entry));
        else _target.Fault(entry.Line, $"no SHA-256 digest: {Quoted.Of(hex)}");
    }

    /// <summary>What the attribute says of itself, else what the event is about, where that has come before it.</summary>
    private readonly string Family(Entry entry) =>
        entry.Comment.Length > 0 ? entry.Comment : _open.FirstOrDefault(e => e.Info.Length > 0)?.Info ?? "";

    private int LineOf(int position)
    {
        _line += _json[_counted..position].Count((byte)'\n');
        _counted = position;
        return _line;
    }

    /// <summary>The properties that matter of an object that is being read.</summary>
    private sealed class Entry(int line)
    {
        public int Line => line;

        public string Type { get; private set; } = "";

        public string Pattern { get; private set; } = "";

        public string Name { get; private set; } = "";

        public string ValidUntil { get; private set; } = "";

        public string Revoked { get; private set; } = "";

        public string Value { get; private set; } = "";

        public string Comment { get; private set; } = "";

        public string ToIds { get; private set; } = "";

        public string Info { get; private set; } = "";

        public void Set(string property, string value)
        {
            switch (property)
            {
                case "type": Type = value; break;
                case "pattern": Pattern = value; break;
                case "name": Name = value; break;
                case "valid_until": ValidUntil = value; break;
                case "revoked": Revoked = value; break;
                case "value": Value = value; break;
                case "comment": Comment = value; break;
                case "to_ids": ToIds = value; break;
                case "info": Info = value; break;
            }
        }
    }
}
