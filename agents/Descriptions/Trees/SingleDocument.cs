namespace Agents.Descriptions.Trees;

/// <summary>Reads what an engine answers about one container, whose format is known beforehand and not guessed from its content.</summary>
internal static class SingleDocument
{
    public static DescriptionResult Read(
        ReadOnlyMemory<byte> json, DescriptionLimits? limits, Func<Cursor, bool> expected,
        Func<Cursor, DescriptionResult> describe, string otherwise)
    {
        limits ??= DescriptionLimits.Default;
        if (json.Length > limits.FileBytes) return new Unreadable(1, 0, 0, "", $"larger than {limits.FileBytes} bytes");
        var documents = new List<ParsedDocument>();
        JsonTree.Read(json.Span, 1, limits, documents);
        if (documents.Find(document => document.Fault is not null) is { Fault: { } fault }) return fault.In(1);
        if (documents is not [{ Root: { } node }]) return new Unreadable(1, 0, 0, "", $"expected one container, found {documents.Count}");

        var root = new Cursor(node, "", new Faults(), limits);
        return root.IsMap && expected(root) ? describe(root) : new Unreadable(1, node.Line, node.Column, "", otherwise);
    }
}
