using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Schemas.Evolution;

namespace Pipeline.Schemas;

/// <summary>All published schemas. They are carried in the assembly, so that no registry is needed to read what was ever written.</summary>
public static class SchemaCatalog
{
    /// <summary>Ordered by subject, then version.</summary>
    public static ImmutableArray<SchemaVersion> Published { get; } = Load();

    /// <summary>
    /// The schema with this fingerprint, or null. Versions that differ in docs and defaults only share one; the newest of them is given.
    /// </summary>
    public static SchemaVersion? Find(ulong fingerprint) => Published.LastOrDefault(version => version.Fingerprint == fingerprint);

    public static SchemaVersion Newest(string subject) => Published.Last(version => version.Subject == subject);

    public static SchemaVersion Get(string subject, int version) =>
        Published.Single(one => one.Subject == subject && one.Version == version);

    private static ImmutableArray<SchemaVersion> Load() =>
    [
        .. typeof(SchemaCatalog).Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".avsc", StringComparison.Ordinal))
            .Select(Read)
            .OrderBy(version => version.Subject, StringComparer.Ordinal)
            .ThenBy(version => version.Version),
    ];

    /// <summary>Resources are named as their files: subject/vN.avsc.</summary>
    private static SchemaVersion Read(string resource)
    {
        using Stream stream = typeof(SchemaCatalog).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        string json = reader.ReadToEnd();
        string[] parts = Path.ChangeExtension(resource, null).Split('/', '\\');
        AvroSchema schema = AvroSchema.Parse(json);
        int version = int.Parse(parts[1].AsSpan(1), CultureInfo.InvariantCulture);
        return new SchemaVersion(parts[0], version, json, schema, SchemaFingerprint.Of(schema));
    }
}
