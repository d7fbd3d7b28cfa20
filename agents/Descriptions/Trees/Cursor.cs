using System.Collections.Immutable;

namespace Agents.Descriptions.Trees;

/// <summary>
/// A place in a tree, with the path that led to it. Reading something of another type than is asked for reports a fault and yields the
/// default, so that a parser reads straight on and looks at the faults once. An explicit null is the same as an absent field, as for the
/// Go programs that write and read these files.
/// </summary>
internal readonly struct Cursor(Node? node, string path, Faults faults, DescriptionLimits limits)
{
    private readonly Node? _node = node is ScalarNode { Kind: ScalarKind.Null } ? null : node;
    private readonly Node? _written = node;

    public string Path { get; } = path;

    public Faults Faults { get; } = faults;

    public DescriptionLimits Limits { get; } = limits;

    public bool Exists => _node is not null;

    public bool IsMap => _node is MapNode;

    public bool IsList => _node is ListNode;

    public bool IsText => _node is ScalarNode { Kind: ScalarKind.String };

    /// <summary>A field, absent when this is absent.</summary>
    public Cursor this[string name]
    {
        get
        {
            string to = Path.Length == 0 ? name : $"{Path}.{name}";
            if (_node is MapNode map) return new Cursor(map.Entries.GetValueOrDefault(name), to, Faults, Limits);
            if (_node is not null) Expected("an object");
            return new Cursor(null, to, Faults, Limits);
        }
    }

    /// <summary>The first of several spellings that is there.</summary>
    public Cursor Either(string name, string other)
    {
        Cursor first = this[name];
        return first.Exists ? first : this[other];
    }

    /// <summary>The same place, with faults of its own.</summary>
    public Cursor With(Faults faults) => new(_written, Path, faults, Limits);

    public string Text() => Text(Limits.KeptStringLength);

    /// <summary>A text of any length, cut where it is longer than the limits.</summary>
    public string Beginning()
    {
        string text = Text(int.MaxValue);
        if (text.Length <= Limits.KeptStringLength) return text;
        int length = char.IsHighSurrogate(text[Limits.KeptStringLength - 1]) ? Limits.KeptStringLength - 1 : Limits.KeptStringLength;
        return text[..length];
    }

    public bool? Flag()
    {
        if (_node is null) return null;
        if (_node is ScalarNode { Kind: ScalarKind.Boolean } scalar && YamlBoolean.TryParse(scalar.Text, out bool value)) return value;
        Expected("true or false");
        return null;
    }

    /// <summary>An enumeration's value: its name, or the number it has on the wire.</summary>
    public string Symbol()
    {
        if (_node is ScalarNode { Kind: ScalarKind.Number } number && number.Text.Length <= Limits.KeptStringLength) return number.Text;
        return Text();
    }

    public ImmutableArray<string> Texts()
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (Cursor item in Items()) texts.Add(item.Text());
        return texts.ToImmutable();
    }

    /// <summary>The beginning of a command line: cut, not refused, where it is longer than the limits.</summary>
    public ImmutableArray<string> Arguments()
    {
        var arguments = ImmutableArray.CreateBuilder<string>();
        foreach (Cursor item in Items())
        {
            if (arguments.Count == Limits.CommandArguments) break;
            arguments.Add(item.Beginning());
        }

        return arguments.ToImmutable();
    }

    public IReadOnlyList<Cursor> Items()
    {
        if (_node is null) return [];
        if (_node is not ListNode list)
        {
            Expected("a list");
            return [];
        }

        if (list.Items.Count > Limits.KeptItems)
        {
            Report($"more than {Limits.KeptItems} elements");
            return [];
        }

        var items = new Cursor[list.Items.Count];
        for (int i = 0; i < items.Length; i++) items[i] = new Cursor(list.Items[i], $"{Path}[{i}]", Faults, Limits);
        return items;
    }

    /// <summary>A map of strings to strings, as labels are; what is over the limits is left out.</summary>
    public ImmutableSortedDictionary<string, string> Labels()
    {
        if (_node is null) return ImmutableSortedDictionary<string, string>.Empty;
        if (_node is not MapNode map)
        {
            Expected("an object");
            return ImmutableSortedDictionary<string, string>.Empty;
        }

        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string name in map.Entries.Keys.Order(StringComparer.Ordinal))
        {
            string value = this[name].Text(int.MaxValue);
            if (name.Length > Limits.KeptStringLength || value.Length > Limits.KeptStringLength) continue;
            if (labels.Count == Limits.Labels) break;
            labels[name] = value;
        }

        return labels.ToImmutable();
    }

    public void Report(string reason) => Faults.Report(_written, Path, reason);

    private string Text(int longest)
    {
        if (_node is null) return "";
        if (_node is not ScalarNode { Kind: ScalarKind.String } scalar)
        {
            Expected("a string");
            return "";
        }

        if (scalar.Text.Length <= longest) return scalar.Text;
        Report($"a string longer than {longest} characters");
        return "";
    }

    private void Expected(string what) => Report($"expected {what}, found {Found()}");

    private string Found() => _node switch
    {
        MapNode => "an object",
        ListNode => "a list",
        ScalarNode { Kind: ScalarKind.Boolean } => "true or false",
        ScalarNode { Kind: ScalarKind.Number } => "a number",
        ScalarNode => "a string",
        _ => "nothing",
    };
}
