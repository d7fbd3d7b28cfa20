using System.Globalization;

namespace Pipeline.Archive.Manifests;

/// <summary>Names in an archive: <c>TOPIC/PARTITION/FIRST-OFFSET</c>, so that they sort as the log does.</summary>
public static class ArchiveNames
{
    private const string ManifestEnding = ".json", StubEnding = ".stub", FileEnding = ".avro";
    private const int OffsetDigits = 19;

    public static string Folder(string topic, int partition) => string.Create(CultureInfo.InvariantCulture, $"{topic}/{partition:D5}");

    public static string Manifest(string topic, int partition, long firstOffset) => Base(topic, partition, firstOffset) + ManifestEnding;

    public static string Stub(string topic, int partition, long firstOffset) => Base(topic, partition, firstOffset) + StubEnding;

    /// <summary>The hash in it keeps two writers from writing over each other's file.</summary>
    public static string File(long firstOffset, string sha256) =>
        string.Create(CultureInfo.InvariantCulture, $"{firstOffset:D19}-{sha256[..16]}{FileEnding}");

    public static bool IsManifest(string name) => name.EndsWith(ManifestEnding, StringComparison.Ordinal);

    public static bool IsStub(string name) => name.EndsWith(StubEnding, StringComparison.Ordinal);

    public static bool IsFile(string name) => name.EndsWith(FileEnding, StringComparison.Ordinal);

    /// <summary>Topic and partition of a name; null when it is not one of ours.</summary>
    public static (string Topic, int Partition)? PlaceOf(string name)
    {
        string[] parts = name.Split('/');
        return parts.Length == 3 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int partition)
            ? (parts[0], partition) : null;
    }

    private static string Base(string topic, int partition, long firstOffset) =>
        $"{Folder(topic, partition)}/{firstOffset.ToString($"D{OffsetDigits}", CultureInfo.InvariantCulture)}";
}
