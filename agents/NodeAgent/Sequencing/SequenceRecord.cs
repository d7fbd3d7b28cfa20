using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Sequencing;

/// <summary>
/// What the agent remembers about its numbering from one run to the next: six lines of text, the last a checksum over the others, so that a
/// torn or edited file is
/// told from a good one.
/// </summary>
/// <param name="Settled">Every number below was delivered, or its loss was reported and that report delivered.</param>
/// <param name="Reserved">No number at or above this was ever given out.</param>
internal sealed record SequenceRecord(NodeBoot Scope, long Settled, long Reserved)
{
    private const string Title = "node-agent sequence 1";

    public byte[] ToBytes()
    {
        string body = string.Create(
            CultureInfo.InvariantCulture,
            $"{Title}\nnode {Scope.Node}\nboot {Scope.Boot}\nsettled {Settled}\nreserved {Reserved}\n");
        return Encoding.UTF8.GetBytes($"{body}sha256 {Digest(body)}\n");
    }

    /// <summary>Null when the content is not a whole record.</summary>
    public static SequenceRecord? Parse(ReadOnlySpan<byte> content)
    {
        string text = Encoding.UTF8.GetString(content);
        int seal = text.LastIndexOf("sha256 ", StringComparison.Ordinal);
        if (seal < 0 || text[seal..] != $"sha256 {Digest(text[..seal])}\n") return null;
        string[] lines = text.Split('\n');
        if (lines is not [Title, var node, var boot, var settled, var reserved, _, ""]) return null;
        if (Value(node, "node ") is not { } nodeId || Value(boot, "boot ") is not { } bootId) return null;
        if (Number(settled, "settled ") is not { } low || Number(reserved, "reserved ") is not { } high || low > high) return null;
        return new SequenceRecord(new NodeBoot(new NodeId(nodeId), new BootId(bootId)), low, high);
    }

    private static string? Value(string line, string name) => line.StartsWith(name, StringComparison.Ordinal) ? line[name.Length..] : null;

    private static long? Number(string line, string name) =>
        long.TryParse(Value(line, name), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static string Digest(string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
}
