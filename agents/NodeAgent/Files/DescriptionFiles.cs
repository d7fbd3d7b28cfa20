using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Agents.Descriptions;

namespace Agents.NodeAgent.Files;

/// <summary>A part of a file, or a file, that gives no container.</summary>
/// <param name="Document">From 1; 0 for the file as a whole.</param>
internal sealed record UnreadablePart(string File, int Document, string Place, string Reason);

/// <summary>What one file describes.</summary>
internal sealed record DescriptionFile(IReadOnlyList<DescribedContainer> Containers, IReadOnlyList<UnreadablePart> Unreadable);

/// <summary>Finds and reads files of container descriptions.</summary>
internal static class DescriptionFiles
{
    private static readonly string[] Extensions = [".json", ".yaml", ".yml"];

    /// <summary>The file itself, or the JSON and YAML files of a directory and those below it, in the order of their names.</summary>
    public static IReadOnlyList<string> Find(string path)
    {
        if (!Directory.Exists(path)) return [path];
        var below =
            new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 16, AttributesToSkip = FileAttributes.ReparsePoint };
        return
        [
            .. Directory.EnumerateFiles(path, "*", below)
                .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Reads one file. Never throws for what is in it or for a file that cannot be read.</summary>
    public static DescriptionFile Read(string path)
    {
        byte[] content;
        try
        {
            if (new FileInfo(path).Length > DescriptionLimits.Default.FileBytes)
                return Whole(path, $"larger than {DescriptionLimits.Default.FileBytes} bytes");
            content = File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Whole(path, fault.Message);
        }

        var containers = new List<DescribedContainer>();
        var unreadable = new List<UnreadablePart>();
        foreach (DescriptionResult result in ContainerDescriptions.Read(content))
        {
            if (result is Described described) containers.Add(Identify(path, content, described));
            if (result is Unreadable bad) unreadable.Add(new UnreadablePart(path, bad.Document, Place(bad), bad.Reason));
        }

        int weight = content.Length / Math.Max(1, containers.Count);
        return new DescriptionFile([.. containers.Select(container => container with { Weight = weight })], unreadable);
    }

    private static DescriptionFile Whole(string path, string reason) => new([], [new UnreadablePart(path, 0, "", reason)]);

    private static DescribedContainer Identify(string path, byte[] content, Described described) =>
        new(EngineId(content, described) ?? MadeUpId(path, described), described, 0);

    private static string Place(Unreadable bad)
    {
        string at = bad.Line == 0 ? "" : bad.Column == 0 ? $"line {bad.Line}" : $"line {bad.Line} column {bad.Column}";
        return (at.Length, bad.Path.Length) switch
        {
            (0, _) => bad.Path,
            (_, 0) => at,
            _ => $"{at}, {bad.Path}",
        };
    }

    /// <summary>The Id that docker and podman inspect print, when the file is one such object or an array of them.</summary>
    private static string? EngineId(byte[] content, Described described)
    {
        if (described.Spec.Format is not ("docker" or "podman")) return null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(content);
            JsonElement at = json.RootElement;
            if (at.ValueKind == JsonValueKind.Array) at = at[described.Document - 1];
            return at.TryGetProperty("Id", out JsonElement id) && id.GetString() is { Length: > 0 and <= 128 } text ? text : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or IndexOutOfRangeException)
        {
            // YAML, or several documents in the file: the description was read all the same, it only has no id that could be told apart.
            return null;
        }
    }

    private static string MadeUpId(string path, Described described)
    {
        string name = string.Join('\0', Path.GetFullPath(path),
            described.Document.ToString(System.Globalization.CultureInfo.InvariantCulture), described.Spec.Name);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
    }
}
