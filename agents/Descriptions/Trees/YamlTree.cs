using System.Buffers;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Agents.Descriptions.Trees;

/// <summary>
/// Parses one YAML document into nodes within limits. Aliases share their node and count with its full size, so that nested ones cannot
/// grow without end. Plain scalars are read as Kubernetes' own parser reads them (YAML 1.1: "yes" and "on" are booleans).
/// </summary>
internal sealed class YamlTree
{
    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789+-.eE");

    private readonly Parser _parser;
    private readonly int _lineOffset;
    private readonly DescriptionLimits _limits;
    private readonly Dictionary<string, Node> _anchors = new(StringComparer.Ordinal);
    private Fault? _fault;
    private long _nodes;

    private YamlTree(string text, int firstLine, DescriptionLimits limits)
    {
        _parser = new Parser(new StringReader(text));
        _lineOffset = firstLine - 1;
        _limits = limits;
    }

    /// <summary>Null when the text holds comments only.</summary>
    /// <param name="firstLine">Line of the file at which <paramref name="text"/> begins.</param>
    public static ParsedDocument? Read(string text, int firstLine, DescriptionLimits limits)
    {
        var tree = new YamlTree(text, firstLine, limits);
        try
        {
            return tree.Document();
        }
        catch (YamlException e)
        {
            // YamlDotNet has no other way to report a syntax error. While it scans, the start is that of the token and the end is where it
            // went wrong.
            Mark at = e.Message.StartsWith("While scanning", StringComparison.OrdinalIgnoreCase) ? e.End : e.Start;
            return new ParsedDocument(null, new Fault(tree.Line(at), (int)at.Column, "", "not valid YAML: " + e.Message.TrimEnd('.', ' ')));
        }
        catch (InvalidOperationException)
        {
            // Its scanner's answer to some broken flow collections; the place is that of the last good value.
            Mark at = tree._parser.Current?.End ?? Mark.Empty;
            return new ParsedDocument(null, new Fault(tree.Line(at), (int)at.Column, "", "not valid YAML: broken after this place"));
        }
    }

    private int Line(Mark mark) => _lineOffset + (int)mark.Line;

    private ParsedDocument? Document()
    {
        Next(); // the stream's start
        if (Next() is StreamEnd) return null;
        Node? root = Value(Next(), 0);
        if (root is null) return new ParsedDocument(null, _fault);
        ParsingEvent after = Next();
        if (after is DocumentEnd) after = Next();
        if (after is not StreamEnd) Fail(after.Start, "not valid YAML: content after the end of the document");
        return new ParsedDocument(_fault is null ? root : null, _fault);
    }

    private ParsingEvent Next() => _parser.MoveNext() && _parser.Current is { } e ? e : new StreamEnd();

    private Node? Value(ParsingEvent e, int depth)
    {
        if (depth > _limits.Depth) return Fail(e.Start, $"more than {_limits.Depth} levels deep");
        if (++_nodes > _limits.Nodes) return Fail(e.Start, $"more than {_limits.Nodes} values in one document");
        Node? node = e switch
        {
            AnchorAlias alias => Follow(alias),
            Scalar scalar => Scalar(scalar),
            SequenceStart start => List(start, depth),
            MappingStart start => Map(start, depth),

            // The parser lets some broken flow collections pass as ends without a beginning.
            _ => Fail(e.Start, "not valid YAML: a value is missing"),
        };
        if (node is not null && e is NodeEvent { Anchor.IsEmpty: false } named) _anchors[named.Anchor.Value] = node;
        return node;
    }

    private Node? Follow(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out Node? node))
            return Fail(alias.Start, "an alias of something that is not complete yet or does not exist");
        _nodes += node.Size;
        if (_nodes <= _limits.Nodes) return node;
        return Fail(alias.Start, $"aliases that stand for more than {_limits.Nodes} values in one document");
    }

    private ListNode? List(SequenceStart start, int depth)
    {
        var list = new ListNode(Line(start.Start), (int)start.Start.Column);
        for (ParsingEvent e = Next(); e is not SequenceEnd; e = Next())
        {
            if (Value(e, depth + 1) is not { } item) return null;
            list.Add(item);
        }

        return list;
    }

    private MapNode? Map(MappingStart start, int depth)
    {
        var map = new MapNode(Line(start.Start), (int)start.Start.Column);
        var merged = new List<Node>();
        for (ParsingEvent e = Next(); e is not MappingEnd; e = Next())
        {
            bool isMerge = e is Scalar { Value: "<<", Style: ScalarStyle.Plain };
            if (Value(e, depth + 1) is not { } key) return null;
            if (key is not ScalarNode name)
            {
                Fail(e.Start, "a key that is no plain value");
                return null;
            }

            if (Value(Next(), depth + 1) is not { } value) return null;
            if (isMerge) merged.Add(value);
            else map.Set(name.Text, value);
        }

        return merged.TrueForAll(value => Merge(value, map)) ? map : null;
    }

    /// <summary>Merge keys ("&lt;&lt;: *defaults"): what is written out wins, then the earlier of several.</summary>
    private bool Merge(Node value, MapNode into)
    {
        IEnumerable<Node> sources = value is ListNode list ? list.Items : [value];
        foreach (Node source in sources)
        {
            if (source is not MapNode map)
            {
                _fault ??= new Fault(value.Line, value.Column, "", "a merge key whose value is no mapping");
                return false;
            }

            // Copying entries is work even though the nodes are shared.
            _nodes += map.Entries.Count;
            if (_nodes > _limits.Nodes)
            {
                string reason = $"merge keys that stand for more than {_limits.Nodes} values in one document";
                _fault ??= new Fault(value.Line, value.Column, "", reason);
                return false;
            }

            foreach ((string name, Node entry) in map.Entries)
            {
                if (!into.Entries.ContainsKey(name)) into.Set(name, entry);
            }
        }

        return true;
    }

    private ScalarNode? Scalar(Scalar scalar)
    {
        string text = scalar.Value;
        if (text.Length > _limits.StringLength)
        {
            Fail(scalar.Start, $"a string longer than {_limits.StringLength} characters");
            return null;
        }

        return new ScalarNode(Line(scalar.Start), (int)scalar.Start.Column, KindOf(scalar, text), text);
    }

    private static ScalarKind KindOf(Scalar scalar, string text)
    {
        if (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str") return ScalarKind.String;
        bool plain = scalar.Style == ScalarStyle.Plain || (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific);
        return plain ? PlainKind(text) : ScalarKind.String;
    }

    private static ScalarKind PlainKind(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Null,
        _ when YamlBoolean.TryParse(text, out _) => ScalarKind.Boolean,
        _ when IsNumber(text) => ScalarKind.Number,
        _ => ScalarKind.String,
    };

    private static bool IsNumber(string text) =>
        text.AsSpan().IndexOfAnyExcept(OfNumbers) < 0 && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private Node? Fail(Mark at, string reason)
    {
        _fault ??= new Fault(Line(at), (int)at.Column, "", reason);
        return null;
    }
}

/// <summary>The words of YAML 1.1 for true and false.</summary>
internal static class YamlBoolean
{
    public static bool TryParse(string text, out bool value)
    {
        value = text is "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y";
        return value || text is "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N";
    }
}
