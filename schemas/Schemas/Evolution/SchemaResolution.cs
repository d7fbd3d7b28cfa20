using System.Collections.Immutable;

namespace Pipeline.Schemas.Evolution;

/// <summary>The specification's rules, walked over both schemas at once. One use per pair.</summary>
internal sealed class SchemaResolution
{
    private readonly ImmutableArray<SchemaFault>.Builder _faults = ImmutableArray.CreateBuilder<SchemaFault>();
    private readonly HashSet<(AvroSchema, AvroSchema)> _seen = [];

    public ImmutableArray<SchemaFault> Faults => _faults.ToImmutable();

    public void Compare(AvroSchema writer, AvroSchema reader, string path)
    {
        // A pair that is being compared further up, or was, has its faults listed there.
        if (writer is AvroSchema.Named && !_seen.Add((writer, reader))) return;
        switch (writer, reader)
        {
            case (AvroSchema.Union from, _): CompareUnion(from, reader, path); break;
            case (_, AvroSchema.Union to): CompareWithUnion(writer, to, path); break;
            case (AvroSchema.Record from, AvroSchema.Record to): CompareRecords(from, to, path); break;
            case (AvroSchema.Enumeration from, AvroSchema.Enumeration to): CompareEnums(from, to, path); break;
            case (AvroSchema.Fixed from, AvroSchema.Fixed to):
                CompareNames(from, to, path);
                if (from.Size != to.Size) Add(path, SchemaFaultKind.SizeMismatch, $"{from.Size} bytes written, {to.Size} read");
                break;
            case (AvroSchema.Array from, AvroSchema.Array to): Compare(from.Items, to.Items, path + "/items"); break;
            case (AvroSchema.Map from, AvroSchema.Map to): Compare(from.Values, to.Values, path + "/values"); break;
            case (AvroSchema.Primitive from, AvroSchema.Primitive to) when from.Type == to.Type || CanPromote(from.Type, to.Type): break;
            default: Add(path, SchemaFaultKind.TypeMismatch, $"{writer.Type} written, {reader.Type} read"); break;
        }
    }

    private static bool CanPromote(string written, string read) => (written, read) switch
    {
        ("int", "long" or "float" or "double") => true,
        ("long", "float" or "double") => true,
        ("float", "double") => true,
        ("string", "bytes") or ("bytes", "string") => true,
        _ => false,
    };

    private static bool AreNamedAlike(AvroSchema.Named written, AvroSchema.Named read) =>
        written.Name == read.Name || read.Aliases.Contains(written.FullName);

    private void CompareUnion(AvroSchema.Union writer, AvroSchema reader, string path)
    {
        foreach (AvroSchema branch in writer.Branches)
        {
            if (reader is AvroSchema.Union to) CompareWithUnion(branch, to, path);
            else Compare(branch, reader, path);
        }
    }

    /// <summary>
    /// The first branch that matches is what a reader takes: one of the same type and name if there is any, and then it alone is judged, so
    /// that a fault deep inside is told where it is; else one that the value can be promoted to.
    /// </summary>
    private void CompareWithUnion(AvroSchema writer, AvroSchema.Union reader, string path)
    {
        string name = writer is AvroSchema.Named named ? named.Name : writer.Type;
        AvroSchema? same = reader.Branches.FirstOrDefault(branch => IsSame(writer, branch));
        if (same is not null) Compare(writer, same, $"{path}/{name}");
        else if (!reader.Branches.Any(branch => CanPromote(writer.Type, branch.Type)))
            Add(path, SchemaFaultKind.MissingBranch, $"{name} written, which is no branch of the reader's union");
    }

    private static bool IsSame(AvroSchema writer, AvroSchema reader) =>
        writer.Type == reader.Type && (writer is not AvroSchema.Named from || AreNamedAlike(from, (AvroSchema.Named)reader));

    private void CompareRecords(AvroSchema.Record writer, AvroSchema.Record reader, string path)
    {
        if (!CompareNames(writer, reader, path)) return;
        foreach (AvroSchema.Field field in reader.Fields)
        {
            AvroSchema.Field? written = writer.Fields.FirstOrDefault(other => other.Name == field.Name)
                ?? writer.Fields.FirstOrDefault(other => field.Aliases.Contains(other.Name));
            if (written is not null) Compare(written.Schema, field.Schema, $"{path}/{field.Name}");
            else if (field.Default is null)
                Add($"{path}/{field.Name}", SchemaFaultKind.MissingDefault, "not written, and the reader has no default");
        }
    }

    private void CompareEnums(AvroSchema.Enumeration writer, AvroSchema.Enumeration reader, string path)
    {
        if (!CompareNames(writer, reader, path) || reader.DefaultSymbol is not null) return;
        foreach (string symbol in writer.Symbols.Except(reader.Symbols))
            Add(path, SchemaFaultKind.MissingSymbol, $"{symbol} written, which the reader does not know, and it has no default");
    }

    private bool CompareNames(AvroSchema.Named writer, AvroSchema.Named reader, string path)
    {
        if (AreNamedAlike(writer, reader)) return true;
        Add(path, SchemaFaultKind.NameMismatch, $"{writer.FullName} written, {reader.FullName} read, and no alias");
        return false;
    }

    private void Add(string path, SchemaFaultKind kind, string message) =>
        _faults.Add(new SchemaFault(path.Length == 0 ? "/" : path, kind, message));
}
