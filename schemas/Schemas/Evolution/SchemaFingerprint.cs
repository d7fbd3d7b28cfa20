using System.Collections.Immutable;
using System.Text;

namespace Pipeline.Schemas.Evolution;

/// <summary>
/// What two schemas have in common when they write the same bytes: the parsing canonical form and its 64-bit Rabin fingerprint, CRC-64-AVRO
/// (specification 1.12, "Parsing Canonical Form for Schemas" and "Schema Fingerprints").
/// </summary>
public static class SchemaFingerprint
{
    private const ulong Empty = 0xc15d213aa4d7a795;

    private static readonly ulong[] Table = MakeTable();

    public static ulong Of(AvroSchema schema) => Crc64(Encoding.UTF8.GetBytes(CanonicalForm(schema)));

    /// <summary>The schema without everything that does not change bytes: docs, defaults, aliases, logical types, spaces.</summary>
    public static string CanonicalForm(AvroSchema schema) => Form(schema, []);

    public static ulong Crc64(ReadOnlySpan<byte> bytes)
    {
        ulong crc = Empty;
        foreach (byte next in bytes) crc = (crc >> 8) ^ Table[(byte)(crc ^ next)];
        return crc;
    }

    // Names, symbols and words are letters, digits, dots and underscores only: nothing needs escaping.
    private static string Form(AvroSchema schema, HashSet<AvroSchema.Named> written) => schema switch
    {
        AvroSchema.Named named when !written.Add(named) => $"\"{named.FullName}\"",
        AvroSchema.Record record =>
            $$"""{"name":"{{record.FullName}}","type":"record","fields":[{{List(record.Fields, field => FieldForm(field, written))}}]}""",
        AvroSchema.Enumeration symbols =>
            $$"""{"name":"{{symbols.FullName}}","type":"enum","symbols":[{{List(symbols.Symbols, symbol => $"\"{symbol}\"")}}]}""",
        AvroSchema.Fixed bytes => $$"""{"name":"{{bytes.FullName}}","type":"fixed","size":{{bytes.Size}}}""",
        AvroSchema.Array array => $$"""{"type":"array","items":{{Form(array.Items, written)}}}""",
        AvroSchema.Map map => $$"""{"type":"map","values":{{Form(map.Values, written)}}}""",
        AvroSchema.Union union => $"[{List(union.Branches, branch => Form(branch, written))}]",
        _ => $"\"{schema.Type}\"",
    };

    private static string FieldForm(AvroSchema.Field field, HashSet<AvroSchema.Named> written) =>
        $$"""{"name":"{{field.Name}}","type":{{Form(field.Schema, written)}}}""";

    private static string List<T>(ImmutableArray<T> items, Func<T, string> form) => string.Join(',', items.Select(form));

    private static ulong[] MakeTable()
    {
        var table = new ulong[256];
        for (uint i = 0; i < table.Length; i++)
        {
            ulong value = i;
            for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (Empty & (0 - (value & 1)));
            table[i] = value;
        }

        return table;
    }
}
