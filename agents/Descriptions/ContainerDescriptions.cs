using System.Collections.Immutable;
using System.Text;
using Agents.Descriptions.Formats;
using Agents.Descriptions.Trees;

namespace Agents.Descriptions;

/// <summary>
/// Reads container descriptions of every format, told apart by their content: docker and podman inspect, OCI config.json, CRI, Kubernetes
/// objects; JSON or YAML, several documents a file. Never throws for what the content is; a bad document does not stop the others. Safe
/// from any thread.
/// </summary>
public static class ContainerDescriptions
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="content">The whole file, UTF-8.</param>
    /// <returns>What the file holds, in its order; never empty unless the file holds an empty list or nothing but empty YAML
    /// documents.</returns>
    public static ImmutableArray<DescriptionResult> Read(ReadOnlyMemory<byte> content, DescriptionLimits? limits = null)
    {
        limits ??= DescriptionLimits.Default;
        ReadOnlySpan<byte> bytes = content.Span;
        if (bytes.Length > limits.FileBytes) return [new Unreadable(1, 0, 0, "", $"larger than {limits.FileBytes} bytes")];
        if (bytes.StartsWith(ByteOrderMark)) bytes = bytes[3..];
        if (FirstInvalid(bytes) is { } at) return [new Unreadable(1, at.Line, at.Column, "", "not UTF-8 text")];

        List<ParsedDocument> documents = Parse(bytes, limits);
        if (documents.Count == 0 && bytes.Trim(" \t\r\n"u8).IsEmpty) return [new Unreadable(1, 0, 0, "", "empty")];
        var results = ImmutableArray.CreateBuilder<DescriptionResult>();
        for (int i = 0; i < documents.Count; i++) Describe(documents[i], i + 1, limits, results);
        return results.ToImmutable();
    }

    private static List<ParsedDocument> Parse(ReadOnlySpan<byte> bytes, DescriptionLimits limits)
    {
        var documents = new List<ParsedDocument>();
        foreach (DocumentPart part in DocumentParts.Of(bytes))
        {
            ReadOnlySpan<byte> text = bytes[part.Range];
            ReadOnlySpan<byte> body = part.IsMarked ? text[3..] : text;
            if (body.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..])
            {
                JsonTree.Read(body, part.Line, limits, documents);
            }
            else if (YamlTree.Read(Encoding.UTF8.GetString(text), part.Line, limits) is { } document)
            {
                documents.Add(document);
            }
        }

        return documents;
    }

    private static void Describe(
        ParsedDocument document, int number, DescriptionLimits limits, ImmutableArray<DescriptionResult>.Builder results)
    {
        if (document.Fault is { } fault)
        {
            results.Add(fault.In(number));
            return;
        }

        // An empty YAML document is nothing that anybody wrote.
        var root = new Cursor(document.Root, "", new Faults(), limits);
        if (root.Exists) DescriptionFormat.Describe(root, number, results);
    }

    private static (int Line, int Column)? FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes)) return null;
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) == System.Buffers.OperationStatus.Done) at += length;
        ReadOnlySpan<byte> before = bytes[..at];
        return (before.Count((byte)'\n') + 1, at - before.LastIndexOf((byte)'\n'));
    }
}
