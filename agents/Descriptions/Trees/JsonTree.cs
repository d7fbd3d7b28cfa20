using System.Text.Json;

namespace Agents.Descriptions.Trees;

/// <summary>
/// Parses JSON into nodes within limits: one value, several one after the other, or the elements of one array at the top.
/// </summary>
internal ref struct JsonTree
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly DescriptionLimits _limits;
    private Utf8JsonReader _reader;
    private int _nodes;
    private int _line;
    private int _lineStart;
    private int _counted;

    private JsonTree(ReadOnlySpan<byte> json, int firstLine, DescriptionLimits limits)
    {
        _json = json;
        _limits = limits;
        _line = firstLine;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = limits.Depth, AllowMultipleValues = true });
    }

    /// <summary>
    /// Adds a document for each value. What stands before the first syntax error counts; the error itself is the last document.
    /// </summary>
    /// <param name="firstLine">Line of the file at which <paramref name="json"/> begins.</param>
    public static void Read(ReadOnlySpan<byte> json, int firstLine, DescriptionLimits limits, List<ParsedDocument> documents)
    {
        var tree = new JsonTree(json, firstLine, limits);
        try
        {
            tree.Values(documents);
        }
        catch (JsonException e)
        {
            // Utf8JsonReader has no other way to report a syntax error.
            int end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            string reason = end < 0 ? e.Message : e.Message[..end];
            (int line, int column) = (firstLine + (int)(e.LineNumber ?? 0), (int)(e.BytePositionInLine ?? 0) + 1);
            documents.Add(new ParsedDocument(null, new Fault(line, column, "", "not valid JSON: " + reason.TrimEnd('.'))));
        }
    }

    private void Values(List<ParsedDocument> documents)
    {
        while (_reader.Read())
        {
            if (_reader.TokenType != JsonTokenType.StartArray)
            {
                if (!Document(documents)) return;
                continue;
            }

            while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            {
                if (!Document(documents)) return;
            }
        }
    }

    private bool Document(List<ParsedDocument> documents)
    {
        _nodes = 0;
        Fault? fault = null;
        Node? root = Value(ref fault);
        documents.Add(new ParsedDocument(root, fault));
        return fault is null;
    }

    private Node? Value(ref Fault? fault)
    {
        (int line, int column) = Place();
        if (++_nodes > _limits.Nodes) return Fail(ref fault, line, column, $"more than {_limits.Nodes} values in one document");
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Map(new MapNode(line, column), ref fault);
            case JsonTokenType.StartArray:
                return List(new ListNode(line, column), ref fault);
            case JsonTokenType.String:
                return Text(ref fault) is { } text ? new ScalarNode(line, column, ScalarKind.String, text) : null;
            case JsonTokenType.Number:
                return Text(ref fault) is { } number ? new ScalarNode(line, column, ScalarKind.Number, number) : null;
            case JsonTokenType.True:
                return new ScalarNode(line, column, ScalarKind.Boolean, "true");
            case JsonTokenType.False:
                return new ScalarNode(line, column, ScalarKind.Boolean, "false");
            default:
                return new ScalarNode(line, column, ScalarKind.Null, "null");
        }
    }

    private MapNode? Map(MapNode map, ref Fault? fault)
    {
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            if (Text(ref fault) is not { } name) return null;
            _reader.Read();
            if (Value(ref fault) is not { } value) return null;
            map.Set(name, value);
        }

        return map;
    }

    private ListNode? List(ListNode list, ref Fault? fault)
    {
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (Value(ref fault) is not { } value) return null;
            list.Add(value);
        }

        return list;
    }

    private string? Text(ref Fault? fault)
    {
        if (_reader.ValueSpan.Length > _limits.StringLength)
        {
            (int line, int column) = Place();
            Fail(ref fault, line, column, $"a string longer than {_limits.StringLength} bytes");
            return null;
        }

        if (_reader.TokenType == JsonTokenType.Number) return System.Text.Encoding.UTF8.GetString(_reader.ValueSpan);
        try
        {
            return _reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // The reader's answer to half of a surrogate pair written as an escape.
            (int line, int column) = Place();
            Fail(ref fault, line, column, "a string that is not valid Unicode");
            return null;
        }
    }

    private static Node? Fail(ref Fault? fault, int line, int column, string reason)
    {
        fault ??= new Fault(line, column, "", reason);
        return null;
    }

    /// <summary>Place of the current token, found by counting on from the last one that was asked for.</summary>
    private (int Line, int Column) Place()
    {
        int at = (int)_reader.TokenStartIndex;
        while (_json[_counted..at].IndexOf((byte)'\n') is >= 0 and int next)
        {
            _line++;
            _counted += next + 1;
            _lineStart = _counted;
        }

        _counted = at;
        return (_line, at - _lineStart + 1);
    }
}
