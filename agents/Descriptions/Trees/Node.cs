namespace Agents.Descriptions.Trees;

/// <summary>A value of a parsed document, the same for JSON and YAML, with its place in the file (both from 1).</summary>
internal abstract class Node(int line, int column)
{
    public int Line { get; } = line;

    public int Column { get; } = column;

    /// <summary>Values in it, itself included, with every alias followed.</summary>
    public long Size { get; protected set; } = 1;
}

internal enum ScalarKind
{
    Null,
    Boolean,
    Number,
    String,
}

internal sealed class ScalarNode(int line, int column, ScalarKind kind, string text) : Node(line, column)
{
    public ScalarKind Kind { get; } = kind;

    public string Text { get; } = text;
}

internal sealed class ListNode(int line, int column) : Node(line, column)
{
    public List<Node> Items { get; } = [];

    public void Add(Node item)
    {
        Items.Add(item);
        Size += item.Size;
    }
}

internal sealed class MapNode(int line, int column) : Node(line, column)
{
    public Dictionary<string, Node> Entries { get; } = new(StringComparer.Ordinal);

    /// <summary>The last of several values under one name counts, as for the programs that act on these files.</summary>
    public void Set(string name, Node value)
    {
        Entries[name] = value;
        Size += value.Size;
    }
}
