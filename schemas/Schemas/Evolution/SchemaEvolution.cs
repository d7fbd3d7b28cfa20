using System.Collections.Immutable;

namespace Pipeline.Schemas.Evolution;

/// <summary>
/// Whether data written with one schema can be read with another (specification 1.12, "Schema Resolution"), and whether a schema may follow
/// another under our own, stricter rules (docs/wire-format.md).
/// </summary>
public static class SchemaEvolution
{
    /// <summary>
    /// All faults that keep a reader with <paramref name="reader"/> from reading what was written with <paramref name="writer"/>.
    /// </summary>
    public static ImmutableArray<SchemaFault> Check(AvroSchema writer, AvroSchema reader)
    {
        var resolution = new SchemaResolution();
        resolution.Compare(writer, reader, "");
        return resolution.Faults;
    }

    /// <summary>
    /// All faults that keep <paramref name="newer"/> from being published after <paramref name="older"/>: each must read the other's data,
    /// and nothing may change its meaning.
    /// </summary>
    public static ImmutableArray<SchemaFault> CheckSuccessor(AvroSchema older, AvroSchema newer)
    {
        var succession = new SchemaSuccession();
        succession.Compare(older, newer, "");
        return [.. Check(older, newer).Union(Check(newer, older)).Union(succession.Faults)];
    }
}
