using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Pipeline.Schemas.Evolution;

/// <summary>
/// A parsed schema. Named types are shared by reference, so a schema that mentions itself is a graph. Immutable once <see cref="Parse"/>
/// has returned.
/// </summary>
[SuppressMessage("Design", "CA1034", Justification = "The cases of a closed hierarchy.")]
public abstract class AvroSchema
{
    private AvroSchema()
    {
    }

    /// <summary>The word for the type in schemas: "int", "record", "union".</summary>
    public abstract string Type { get; }

    /// <summary>Reads a schema's JSON text.</summary>
    /// <exception cref="FormatException">The text is not a schema.</exception>
    public static AvroSchema Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return new SchemaParser().Parse(document.RootElement.Clone(), "", "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is what JsonElement throws for a value of another kind than asked for.
            throw new FormatException($"Not the JSON of a schema: {e.Message}", e);
        }
    }

    public sealed class Primitive(string type, string? logicalType) : AvroSchema
    {
        public override string Type { get; } = type;

        public string? LogicalType { get; } = logicalType;
    }

    public sealed class Array(AvroSchema items) : AvroSchema
    {
        public override string Type => "array";

        public AvroSchema Items { get; } = items;
    }

    public sealed class Map(AvroSchema values) : AvroSchema
    {
        public override string Type => "map";

        public AvroSchema Values { get; } = values;
    }

    public sealed class Union(ImmutableArray<AvroSchema> branches) : AvroSchema
    {
        public override string Type => "union";

        public ImmutableArray<AvroSchema> Branches { get; } = branches;
    }

    /// <summary>A type with a name of its own; <see cref="FullName"/> and <see cref="Aliases"/> include the namespace.</summary>
    public abstract class Named : AvroSchema
    {
        private protected Named(string fullName, ImmutableArray<string> aliases, bool hasDoc)
        {
            FullName = fullName;
            Aliases = aliases;
            HasDoc = hasDoc;
        }

        public string FullName { get; }

        public ImmutableArray<string> Aliases { get; }

        public bool HasDoc { get; }

        /// <summary>The name without its namespace.</summary>
        public string Name => FullName[(FullName.LastIndexOf('.') + 1)..];
    }

    public sealed class Record : Named
    {
        internal Record(string fullName, ImmutableArray<string> aliases, bool hasDoc)
            : base(fullName, aliases, hasDoc)
        {
        }

        public override string Type => "record";

        public ImmutableArray<Field> Fields { get; internal set; } = [];
    }

    public sealed class Enumeration(
        string fullName, ImmutableArray<string> aliases, bool hasDoc, ImmutableArray<string> symbols, string? defaultSymbol)
        : Named(fullName, aliases, hasDoc)
    {
        public override string Type => "enum";

        public ImmutableArray<string> Symbols { get; } = symbols;

        public string? DefaultSymbol { get; } = defaultSymbol;
    }

    public sealed class Fixed(string fullName, ImmutableArray<string> aliases, bool hasDoc, int size, string? logicalType)
        : Named(fullName, aliases, hasDoc)
    {
        public override string Type => "fixed";

        public int Size { get; } = size;

        public string? LogicalType { get; } = logicalType;
    }

    /// <summary>A field of a record. <paramref name="Default"/> is JSON; null when the field has no default.</summary>
    public sealed record Field(string Name, AvroSchema Schema, ImmutableArray<string> Aliases, JsonElement? Default, bool HasDoc);
}
