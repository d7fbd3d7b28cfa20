using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Schemas.Evolution;

/// <summary>
/// Turns JSON into an <see cref="AvroSchema"/> (specification 1.12, "Schema Declaration" and "Names"). One use per schema: it remembers
/// names.
/// </summary>
internal sealed partial class SchemaParser
{
    private static readonly ImmutableHashSet<string> Primitives = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

    private readonly Dictionary<string, AvroSchema.Named> _named = new(StringComparer.Ordinal);

    public AvroSchema Parse(JsonElement element, string enclosing, string path) => element.ValueKind switch
    {
        JsonValueKind.String => Reference(element.GetString()!, enclosing, path),
        JsonValueKind.Array => ParseUnion(element, enclosing, path),
        JsonValueKind.Object => ParseObject(element, enclosing, path),
        _ => throw Error(path, "neither a name, nor a union, nor an object"),
    };

    private AvroSchema Reference(string name, string enclosing, string path)
    {
        if (Primitives.Contains(name)) return new AvroSchema.Primitive(name, null);
        if (_named.TryGetValue(FullName(name, enclosing), out AvroSchema.Named? named)) return named;
        throw Error(path, $"unknown type {name}");
    }

    private AvroSchema.Union ParseUnion(JsonElement element, string enclosing, string path)
    {
        ImmutableArray<AvroSchema> branches = [.. element.EnumerateArray().Select((branch, i) => Parse(branch, enclosing, $"{path}/{i}"))];
        if (branches.Any(branch => branch is AvroSchema.Union)) throw Error(path, "a union directly in a union");
        IEnumerable<string> kinds = branches.Select(branch => branch is AvroSchema.Named named ? named.FullName : branch.Type);
        if (HasTwice(kinds)) throw Error(path, "two branches of one type");
        return new AvroSchema.Union(branches);
    }

    private AvroSchema ParseObject(JsonElement element, string enclosing, string path)
    {
        if (!element.TryGetProperty("type", out JsonElement type)) throw Error(path, "no type");
        if (type.ValueKind != JsonValueKind.String) return Parse(type, enclosing, path);
        string? logicalType = Optional(element, "logicalType");
        return type.GetString() switch
        {
            "array" => new AvroSchema.Array(Parse(Required(element, "items", path), enclosing, path + "/items")),
            "map" => new AvroSchema.Map(Parse(Required(element, "values", path), enclosing, path + "/values")),
            "record" or "error" => ParseRecord(element, enclosing, path),
            "enum" => ParseEnum(element, enclosing, path),
            "fixed" => Remember(new AvroSchema.Fixed(Name(element, enclosing, path), Aliases(element, Name(element, enclosing, path)),
                element.TryGetProperty("doc", out _), Required(element, "size", path).GetInt32(), logicalType), path),
            { } name when Primitives.Contains(name) => new AvroSchema.Primitive(name, logicalType),
            { } name => Reference(name, enclosing, path),
            null => throw Error(path, "no type"),
        };
    }

    private AvroSchema.Record ParseRecord(JsonElement element, string enclosing, string path)
    {
        string name = Name(element, enclosing, path);
        var record = new AvroSchema.Record(name, Aliases(element, name), element.TryGetProperty("doc", out _));
        Remember(record, path);
        record.Fields = [.. Required(element, "fields", path).EnumerateArray().Select(field => ParseField(field, Namespace(name), path))];
        if (HasTwice(record.Fields.Select(field => field.Name))) throw Error(path, "two fields of one name");
        return record;
    }

    private AvroSchema.Field ParseField(JsonElement element, string enclosing, string path)
    {
        string name = Required(element, "name", path).GetString() ?? "";
        path = $"{path}/{name}";
        if (!SimpleName().IsMatch(name)) throw Error(path, "not a name");
        ImmutableArray<string> aliases = Strings(element, "aliases");
        JsonElement? defaultValue = element.TryGetProperty("default", out JsonElement value) ? value : null;
        AvroSchema schema = Parse(Required(element, "type", path), enclosing, path);
        return new AvroSchema.Field(name, schema, aliases, defaultValue, element.TryGetProperty("doc", out _));
    }

    private AvroSchema.Enumeration ParseEnum(JsonElement element, string enclosing, string path)
    {
        string name = Name(element, enclosing, path);
        if (!element.TryGetProperty("symbols", out _)) throw Error(path, "no symbols");
        ImmutableArray<string> symbols = Strings(element, "symbols");
        if (symbols.Any(symbol => !SimpleName().IsMatch(symbol))) throw Error(path, "a symbol that is not a name");
        if (HasTwice(symbols)) throw Error(path, "two symbols of one name");
        string? defaultSymbol = Optional(element, "default");
        if (defaultSymbol is not null && !symbols.Contains(defaultSymbol)) throw Error(path, "a default that is not a symbol");
        bool hasDoc = element.TryGetProperty("doc", out _);
        return Remember(new AvroSchema.Enumeration(name, Aliases(element, name), hasDoc, symbols, defaultSymbol), path);
    }

    private T Remember<T>(T named, string path)
        where T : AvroSchema.Named
    {
        if (!_named.TryAdd(named.FullName, named)) throw Error(path, $"{named.FullName} is defined twice");
        return named;
    }

    private static string Name(JsonElement element, string enclosing, string path)
    {
        string name = Required(element, "name", path).GetString() ?? "";
        string full = FullName(name, Optional(element, "namespace") ?? enclosing);
        if (!full.Split('.').All(part => SimpleName().IsMatch(part))) throw Error(path, $"{full} is not a name");
        return full;
    }

    private static ImmutableArray<string> Aliases(JsonElement element, string owner) =>
        [.. Strings(element, "aliases").Select(alias => FullName(alias, Namespace(owner)))];

    private static ImmutableArray<string> Strings(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement list) ? [.. list.EnumerateArray().Select(item => item.GetString() ?? "")] : [];

    private static bool HasTwice(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return !names.All(seen.Add);
    }

    private static string FullName(string name, string enclosing) =>
        name.Contains('.') || enclosing.Length == 0 ? name : $"{enclosing}.{name}";

    private static string Namespace(string fullName) => fullName.LastIndexOf('.') is >= 0 and int dot ? fullName[..dot] : "";

    private static string? Optional(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static JsonElement Required(JsonElement element, string name, string path) =>
        element.TryGetProperty(name, out JsonElement value) ? value : throw Error(path, $"no {name}");

    private static FormatException Error(string path, string what) => new($"Schema at {(path.Length == 0 ? "/" : path)}: {what}");

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex SimpleName();
}
