using System.Buffers.Text;
using System.Text;

namespace Agents.Importers.Auditd;

/// <summary>
/// One line of the audit log: type, instant and serial number, and fields as key=value. Values that a user can choose are quoted, or in
/// hexadecimal digits when they hold quotes, spaces or other bytes.
/// </summary>
internal sealed class AuditRecord
{
    /// <summary>What enriched logs append is behind it: the same fields with names for numbers.</summary>
    private const byte EnrichmentMark = 0x1D;

    private readonly byte[] _fields;

    private AuditRecord(string type, string node, long wallNs, long serial, byte[] fields)
    {
        Type = type;
        Node = node;
        WallNs = wallNs;
        Serial = serial;
        _fields = fields;
    }

    public string Type { get; }

    /// <summary>Name of the machine, in logs that were gathered from several; else empty.</summary>
    public string Node { get; }

    public long WallNs { get; }

    /// <summary>Records of one event have the same serial number and instant.</summary>
    public long Serial { get; }

    public int Size => _fields.Length;

    /// <summary>Reads a line.</summary>
    /// <param name="type">The record's type, where at least that is readable.</param>
    /// <returns>Null for what is no record.</returns>
    public static AuditRecord? TryRead(ReadOnlySpan<byte> line, out string type)
    {
        line = line.Trim(" \t\r"u8);
        type = "";
        string node = "";
        if (line.StartsWith("node="u8))
        {
            node = Encoding.UTF8.GetString(Word(line["node="u8.Length..]));
            line = line[(line.IndexOf((byte)' ') + 1)..];
        }

        if (!line.StartsWith("type="u8)) return null;
        type = Encoding.UTF8.GetString(Word(line["type="u8.Length..]));
        int mark = line.IndexOf(" msg=audit("u8);
        if (type.Length is 0 or > 64 || mark < 0) return null;
        ReadOnlySpan<byte> rest = line[(mark + " msg=audit("u8.Length)..];
        int colon = rest.IndexOf((byte)':'), end = rest.IndexOf((byte)')');
        if (colon < 0 || end < colon || WallClock.Nanoseconds(rest[..colon]) is not { } wallNs) return null;
        ReadOnlySpan<byte> digits = rest[(colon + 1)..end];
        if (!Utf8Parser.TryParse(digits, out long serial, out int used) || used != digits.Length) return null;
        rest = rest[(end + 1)..];
        int enriched = rest.IndexOf(EnrichmentMark);
        return new AuditRecord(type, node, wallNs, serial, (enriched < 0 ? rest : rest[..enriched]).TrimStart(": "u8).ToArray());
    }

    public FieldReader Fields => new(_fields);

    /// <summary>A field's value as it is written; empty when there is no such field.</summary>
    public ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> key)
    {
        foreach (AuditField field in Fields)
        {
            if (field.Key.SequenceEqual(key)) return field.Value;
        }

        return default;
    }

    /// <summary>A field that a user can choose, decoded.</summary>
    public byte[] Text(ReadOnlySpan<byte> key) => AuditField.Decode(Raw(key));

    public long? Number(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> value = Raw(key);
        return Utf8Parser.TryParse(value, out long number, out int used) && used == value.Length && used > 0 ? number : null;
    }

    /// <summary>A number in hexadecimal digits; arguments of system calls are, with the sign bit as the kernel has it.</summary>
    public long? Hex(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> value = Raw(key);
        return Utf8Parser.TryParse(value, out ulong number, out int used, 'x') && used == value.Length && used > 0 ? (long)number : null;
    }

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text)
    {
        int space = text.IndexOf((byte)' ');
        return space < 0 ? text : text[..space];
    }
}
