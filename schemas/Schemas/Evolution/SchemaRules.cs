using System.Collections.Immutable;
using System.Text.Json;

namespace Pipeline.Schemas.Evolution;

/// <summary>
/// What a single schema must keep to before it is published: documented, enums with a default, defaults of the right type.
/// </summary>
public static class SchemaRules
{
    public static ImmutableArray<SchemaFault> Check(AvroSchema schema)
    {
        ImmutableArray<SchemaFault>.Builder faults = ImmutableArray.CreateBuilder<SchemaFault>();
        Check(schema, "", faults, []);
        return faults.ToImmutable();
    }

    private static void Check(AvroSchema schema, string path, ImmutableArray<SchemaFault>.Builder faults, HashSet<AvroSchema> seen)
    {
        if (!seen.Add(schema)) return;
        string here = path.Length == 0 ? "/" : path;
        switch (schema)
        {
            case AvroSchema.Record record:
                if (!record.HasDoc) faults.Add(new SchemaFault(here, SchemaFaultKind.MissingDoc, $"{record.Name} has no doc"));
                foreach (AvroSchema.Field field in record.Fields) Check(field, $"{path}/{field.Name}", faults, seen);
                break;
            case AvroSchema.Enumeration { DefaultSymbol: null } symbols:
                faults.Add(new SchemaFault(here, SchemaFaultKind.EnumWithoutDefault, $"{symbols.Name} has no default symbol"));
                break;
            case AvroSchema.Array array: Check(array.Items, path + "/items", faults, seen); break;
            case AvroSchema.Map map: Check(map.Values, path + "/values", faults, seen); break;
            case AvroSchema.Union union:
                foreach (AvroSchema branch in union.Branches)
                    Check(branch, $"{path}/{(branch as AvroSchema.Named)?.Name ?? branch.Type}", faults, seen);
                break;
        }
    }

    private static void Check(AvroSchema.Field field, string path, ImmutableArray<SchemaFault>.Builder faults, HashSet<AvroSchema> seen)
    {
        if (!field.HasDoc) faults.Add(new SchemaFault(path, SchemaFaultKind.MissingDoc, "no doc"));
        if (field.Default is { } value && !IsValue(value, field.Schema))
            faults.Add(new SchemaFault(path, SchemaFaultKind.BadDefault, $"{value.GetRawText()} is not a value of {field.Schema.Type}"));
        Check(field.Schema, path, faults, seen);
    }

    /// <summary>A default of a union is a value of its first branch (specification 1.12, "Unions").</summary>
    private static bool IsValue(JsonElement value, AvroSchema schema) => schema switch
    {
        AvroSchema.Union union => IsValue(value, union.Branches[0]),
        AvroSchema.Array array => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => IsValue(item, array.Items)),
        AvroSchema.Map map =>
            value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(entry => IsValue(entry.Value, map.Values)),
        AvroSchema.Enumeration symbols => value.ValueKind == JsonValueKind.String && symbols.Symbols.Contains(value.GetString()!),
        AvroSchema.Fixed bytes => value.ValueKind == JsonValueKind.String && value.GetString()!.Length == bytes.Size,
        AvroSchema.Record record => value.ValueKind == JsonValueKind.Object && record.Fields.All(field => IsFieldValue(value, field)),
        _ => schema.Type switch
        {
            "null" => value.ValueKind == JsonValueKind.Null,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "int" => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _),
            "long" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
            "float" or "double" => value.ValueKind == JsonValueKind.Number,
            _ => value.ValueKind == JsonValueKind.String,
        },
    };

    private static bool IsFieldValue(JsonElement record, AvroSchema.Field field) =>
        record.TryGetProperty(field.Name, out JsonElement value) ? IsValue(value, field.Schema) : field.Default is not null;
}
