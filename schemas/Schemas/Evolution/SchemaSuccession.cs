using System.Collections.Immutable;

namespace Pipeline.Schemas.Evolution;

/// <summary>Our own rules for a newer version beside the specification's, walked over what both have. One use per pair.</summary>
internal sealed class SchemaSuccession
{
    private readonly ImmutableArray<SchemaFault>.Builder _faults = ImmutableArray.CreateBuilder<SchemaFault>();
    private readonly HashSet<(AvroSchema, AvroSchema)> _seen = [];

    public ImmutableArray<SchemaFault> Faults => _faults.ToImmutable();

    public void Compare(AvroSchema older, AvroSchema newer, string path)
    {
        if (newer is AvroSchema.Named && !_seen.Add((older, newer))) return;
        switch (older, newer)
        {
            case (AvroSchema.Record from, AvroSchema.Record to): CompareRecords(from, to, path); break;
            case (AvroSchema.Enumeration from, AvroSchema.Enumeration to): CompareEnums(from, to, path); break;
            case (AvroSchema.Array from, AvroSchema.Array to): Compare(from.Items, to.Items, path + "/items"); break;
            case (AvroSchema.Map from, AvroSchema.Map to): Compare(from.Values, to.Values, path + "/values"); break;
            case (AvroSchema.Union from, AvroSchema.Union to): CompareUnions(from, to, path); break;
            case (AvroSchema.Primitive from, AvroSchema.Primitive to): CompareLogicalTypes(from.LogicalType, to.LogicalType, path); break;
            case (AvroSchema.Fixed from, AvroSchema.Fixed to): CompareLogicalTypes(from.LogicalType, to.LogicalType, path); break;
        }
    }

    private void CompareRecords(AvroSchema.Record older, AvroSchema.Record newer, string path)
    {
        foreach (AvroSchema.Field field in newer.Fields)
        {
            AvroSchema.Field? before = older.Fields.FirstOrDefault(other => other.Name == field.Name)
                ?? older.Fields.FirstOrDefault(other => field.Aliases.Contains(other.Name));
            if (before is not null) Compare(before.Schema, field.Schema, $"{path}/{field.Name}");
            else if (field.Default is null)
                Add($"{path}/{field.Name}", SchemaFaultKind.NewFieldWithoutDefault, "new, and without a default");
        }
    }

    private void CompareEnums(AvroSchema.Enumeration older, AvroSchema.Enumeration newer, string path)
    {
        if (newer.DefaultSymbol is null) Add(path, SchemaFaultKind.EnumWithoutDefault, "no default symbol");
        foreach (string symbol in older.Symbols.Except(newer.Symbols)) Add(path, SchemaFaultKind.SymbolRemoved, $"{symbol} was removed");
        if (!newer.Symbols.Where(older.Symbols.Contains).SequenceEqual(older.Symbols.Where(newer.Symbols.Contains)))
            Add(path, SchemaFaultKind.SymbolsReordered, "symbols changed their order");
    }

    private void CompareUnions(AvroSchema.Union older, AvroSchema.Union newer, string path)
    {
        foreach (AvroSchema branch in newer.Branches)
        {
            string name = NameOf(branch);
            AvroSchema? before = older.Branches.FirstOrDefault(other => other.Type == branch.Type && NameOf(other) == name);
            if (before is not null) Compare(before, branch, $"{path}/{name}");
        }
    }

    private static string NameOf(AvroSchema branch) => branch is AvroSchema.Named named ? named.Name : branch.Type;

    private void CompareLogicalTypes(string? older, string? newer, string path)
    {
        if (older != newer) Add(path, SchemaFaultKind.LogicalTypeChanged, $"{older ?? "none"} became {newer ?? "none"}");
    }

    private void Add(string path, SchemaFaultKind kind, string message) =>
        _faults.Add(new SchemaFault(path.Length == 0 ? "/" : path, kind, message));
}
