using System.Collections.Immutable;
using System.Text;
using Pipeline.Policies.Shapes;

namespace Pipeline.Policies.Writing;

/// <summary>Writes a record as YAML: every setting, its reason above it; in the records of a list what is not as usual, on one line
/// where it fits.</summary>
internal sealed class PolicyWriter
{
    private const int Width = 120;
    private const int CommentWidth = 100;

    private readonly StringBuilder _text = new();
    private readonly SettingReasons _reasons;

    private PolicyWriter(SettingReasons reasons) => _reasons = reasons;

    public static string Write(object record, SettingReasons reasons)
    {
        var writer = new PolicyWriter(reasons);
        writer.Comment(reasons.Of(record.GetType()), 0);
        writer.Record((RecordShape)Shape.Of(record.GetType()), record, 0);
        return writer._text.ToString();
    }

    private void Record(RecordShape shape, object record, int indent)
    {
        foreach (Setting setting in shape.Settings)
        {
            object? value = setting.Property.GetValue(record);
            if (_text.Length > 0) _text.Append('\n');
            if (setting.Shape is RecordShape part) Comment(_reasons.Of(part.Type), indent);
            Comment(_reasons.Of(setting.Property), indent);
            _text.Append(' ', indent).Append(setting.Name).Append(':');
            switch (setting.Shape)
            {
                case RecordShape inner when value is not null:
                    _text.Append('\n');
                    Record(inner, value, indent + 2);
                    break;
                case ListShape { Item: RecordShape item }:
                    Records(item, ListShape.Items(value), indent);
                    break;
                case ListShape list:
                    List(list, ListShape.Items(value), indent);
                    break;
                default:
                    _text.Append(' ').Append(Inline(setting.Shape, value)).Append('\n');
                    break;
            }
        }
    }

    /// <summary>Values on one line, or on several that begin below the name.</summary>
    private void List(ListShape shape, ImmutableArray<object?> items, int indent)
    {
        string line = Inline(shape, items);
        if (Column() + line.Length < Width)
        {
            _text.Append(' ').Append(line).Append('\n');
            return;
        }

        _text.Append('\n').Append(' ', indent + 2).Append('[');
        int at = Width;
        foreach (object? item in items)
        {
            string text = Inline(shape.Item, item) + ",";
            if (at + text.Length + 1 > Width)
            {
                _text.Append('\n').Append(' ', indent + 3);
                at = indent + 3;
            }

            _text.Append(' ').Append(text);
            at += text.Length + 1;
        }

        _text.Append('\n').Append(' ', indent + 2).Append("]\n");
    }

    private void Records(RecordShape shape, ImmutableArray<object?> items, int indent)
    {
        if (items.IsEmpty) _text.Append(" []");
        _text.Append('\n');
        Describe(shape, "", indent + 2);
        foreach (object? item in items)
        {
            string line = Inline(shape, item);
            _text.Append(' ', indent + 2).Append("- ");
            if (line.Length + indent + 4 <= Width) _text.Append(line).Append('\n');
            else Entries(shape, item!, indent + 4);
        }
    }

    /// <summary>What the settings of a list's records are, once above the list; those of records inside them with their way
    /// there.</summary>
    private void Describe(RecordShape shape, string way, int indent)
    {
        foreach (Setting setting in shape.Settings)
        {
            string reason = _reasons.Of(setting.Property);
            if (reason.Length > 0) Comment($"{way}{setting.Name}: {reason}", indent);
            if (setting.Shape is ListShape { Item: RecordShape inner } && inner.Type != shape.Type) Describe(inner,
                $"{way}{setting.Name}.", indent);
        }
    }

    private void Entries(RecordShape shape, object record, int indent)
    {
        bool first = true;
        foreach (Setting setting in Unusual(shape, record))
        {
            if (!first) _text.Append(' ', indent);
            first = false;
            object? value = setting.Property.GetValue(record);
            _text.Append(setting.Name).Append(':');
            if (setting.Shape is ListShape { Item: not RecordShape } list) List(list, ListShape.Items(value), indent);
            else _text.Append(' ').Append(Inline(setting.Shape, value)).Append('\n');
        }
    }

    /// <summary>Characters of the line that is being written.</summary>
    private int Column()
    {
        int start = _text.Length;
        while (start > 0 && _text[start - 1] != '\n') start--;
        return _text.Length - start;
    }

    /// <summary>A value on one line.</summary>
    public static string Inline(Shape shape, object? value) => shape switch
    {
        _ when value is null => "null",
        OptionalShape optional => Inline(optional.Inner, value),
        ScalarShape scalar => scalar.Write(value),
        ListShape list => $"[{string.Join(", ", Items(value).Select(item => Inline(list.Item, item)))}]",
        _ => "{ " + string.Join(", ", Unusual((RecordShape)shape, value)
            .Select(s => $"{s.Name}: {Inline(s.Shape, s.Property.GetValue(value))}")) + " }",
    };

    private static ImmutableArray<object?> Items(object value) => value is ImmutableArray<object?> items ? items : ListShape.Items(value);

    /// <summary>What has to be written: it has no default, or another value than that.</summary>
    private static IEnumerable<Setting> Unusual(RecordShape shape, object record) =>
        shape.Settings.Where(s => s.Mandatory || Inline(s.Shape, s.Property.GetValue(record)) != Inline(s.Shape, s.Default));

    private void Comment(string text, int indent)
    {
        if (text.Length == 0) return;
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length + word.Length + 1 > CommentWidth - indent && line.Length > 0)
            {
                _text.Append(' ', indent).Append("# ").Append(line).Append('\n');
                line = "";
            }

            line += line.Length > 0 ? " " + word : word;
        }

        _text.Append(' ', indent).Append("# ").Append(line).Append('\n');
    }
}
