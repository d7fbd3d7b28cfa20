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
    public static string CanonicalForm(AvroSchema schema)
    {
        var text = new StringBuilder();
        Write(schema, text, new HashSet<AvroSchema.Named>(ReferenceEqualityComparer.Instance));
        return text.ToString();
    }

    public static ulong Crc64(ReadOnlySpan<byte> bytes)
    {
        ulong crc = Empty;
        foreach (byte next in bytes) crc = (crc >> 8) ^ Table[(byte)(crc ^ next)];
        return crc;
    }

    private static void Write(AvroSchema schema, StringBuilder text, HashSet<AvroSchema.Named> written)
    {
        // Names, symbols and words are letters, digits, dots and underscores only: nothing needs escaping.
        switch (schema)
        {
            case AvroSchema.Named named when !written.Add(named):
                text.Append('"').Append(named.FullName).Append('"');
                break;
            case AvroSchema.Record record:
                text.Append($"{{\"name\":\"{record.FullName}\",\"type\":\"record\",\"fields\":[");
                foreach ((int i, AvroSchema.Field field) in record.Fields.Index())
                {
                    text.Append(i > 0 ? "," : "").Append($"{{\"name\":\"{field.Name}\",\"type\":");
                    Write(field.Schema, text, written);
                    text.Append('}');
                }

                text.Append("]}");
                break;
            case AvroSchema.Enumeration symbols:
                string list = string.Join(',', symbols.Symbols.Select(symbol => $"\"{symbol}\""));
                text.Append($"{{\"name\":\"{symbols.FullName}\",\"type\":\"enum\",\"symbols\":[{list}]}}");
                break;
            case AvroSchema.Fixed bytes:
                text.Append($"{{\"name\":\"{bytes.FullName}\",\"type\":\"fixed\",\"size\":{bytes.Size}}}");
                break;
            case AvroSchema.Array array:
                text.Append("{\"type\":\"array\",\"items\":");
                Write(array.Items, text, written);
                text.Append('}');
                break;
            case AvroSchema.Map map:
                text.Append("{\"type\":\"map\",\"values\":");
                Write(map.Values, text, written);
                text.Append('}');
                break;
            case AvroSchema.Union union:
                text.Append('[');
                foreach ((int i, AvroSchema branch) in union.Branches.Index())
                {
                    text.Append(i > 0 ? "," : "");
                    Write(branch, text, written);
                }

                text.Append(']');
                break;
            default:
                text.Append('"').Append(schema.Type).Append('"');
                break;
        }
    }

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
