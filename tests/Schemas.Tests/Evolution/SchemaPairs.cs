using Pipeline.Schemas.Evolution;

namespace Schemas.Tests.Evolution;

/// <summary>Two versions of a schema and what should be said about them.</summary>
/// <param name="Name">What the pair is about.</param>
/// <param name="Older">The schema that was published.</param>
/// <param name="Newer">The one that should follow it.</param>
/// <param name="NewerReadsOlder">Faults of the specification's rules when the newer one reads what the older one wrote.</param>
/// <param name="OlderReadsNewer">The same the other way round.</param>
/// <param name="OwnRules">Faults of our own rules beside those.</param>
public sealed record SchemaPair(
    string Name, string Older, string Newer, SchemaFaultKind[] NewerReadsOlder, SchemaFaultKind[] OlderReadsNewer, SchemaFaultKind[] OwnRules)
{
    private const string IntField = """{"name": "a", "type": "int"}""";

    public static IReadOnlyList<SchemaPair> All { get; } =
    [
        Good("the same", Record(IntField), Record(IntField)),
        Good("fields in another order", Record(IntField, Field("b", "\"string\"")), Record(Field("b", "\"string\""), IntField)),
        Good("field with default added", Record(IntField), Record(IntField, Field("b", "\"long\"", "0"))),
        Good("field with default removed", Record(IntField, Field("b", "\"long\"", "0")), Record(IntField)),
        Good("symbol added to an enum with default", Enum("\"U\", \"A\"", "U"), Enum("\"U\", \"A\", \"B\"", "U")),
        Good("string to bytes", "\"string\"", "\"bytes\""),
        Good("a record that holds itself", Record(Field("r", """["null", "R"]""")), Record(Field("r", """["null", "R"]"""), Field("b", "\"int\"", "0"))),
        Good("namespace changed", """{"type": "record", "name": "R", "namespace": "a", "fields": []}""", """{"type": "record", "name": "R", "namespace": "b", "fields": []}"""),
        new("field without default added", Record(IntField), Record(IntField, Field("b", "\"long\"")),
            [SchemaFaultKind.MissingDefault], [], [SchemaFaultKind.NewFieldWithoutDefault]),
        new("field without default removed", Record(IntField, Field("b", "\"long\"")), Record(IntField), [], [SchemaFaultKind.MissingDefault], []),
        new("field renamed", Record(IntField), Record("""{"name": "b", "type": "int"}"""),
            [SchemaFaultKind.MissingDefault], [SchemaFaultKind.MissingDefault], [SchemaFaultKind.NewFieldWithoutDefault]),
        new("field renamed with alias", Record(IntField), Record("""{"name": "b", "type": "int", "aliases": ["a"]}"""),
            [], [SchemaFaultKind.MissingDefault], []),
        new("int to long", "\"int\"", "\"long\"", [], [SchemaFaultKind.TypeMismatch], []),
        new("int to string", Record(IntField), Record(Field("a", "\"string\"")), [SchemaFaultKind.TypeMismatch], [SchemaFaultKind.TypeMismatch], []),
        new("record renamed", """{"type": "record", "name": "R", "fields": []}""", """{"type": "record", "name": "S", "fields": []}""",
            [SchemaFaultKind.NameMismatch], [SchemaFaultKind.NameMismatch], []),
        new("record renamed with alias", """{"type": "record", "name": "R", "fields": []}""", """{"type": "record", "name": "S", "aliases": ["R"], "fields": []}""",
            [], [SchemaFaultKind.NameMismatch], []),
        new("symbol removed", Enum("\"U\", \"A\"", "U"), Enum("\"U\"", "U"), [], [], [SchemaFaultKind.SymbolRemoved]),
        new("symbols reordered", Enum("\"U\", \"A\"", "U"), Enum("\"A\", \"U\"", "U"), [], [], [SchemaFaultKind.SymbolsReordered]),
        new("symbol added without default", Enum("\"U\"", null), Enum("\"U\", \"A\"", null), [], [SchemaFaultKind.MissingSymbol], [SchemaFaultKind.EnumWithoutDefault]),
        new("fixed of another size", """{"type": "fixed", "name": "F", "size": 4}""", """{"type": "fixed", "name": "F", "size": 8}""",
            [SchemaFaultKind.SizeMismatch], [SchemaFaultKind.SizeMismatch], []),
        new("branch added", """["null", "int"]""", """["null", "int", "string"]""", [], [SchemaFaultKind.MissingBranch], []),
        new("optional became required", """["null", "int"]""", "\"int\"", [SchemaFaultKind.TypeMismatch], [], []),
        new("fault inside a branch", $"[\"null\", {Record(IntField)}]", $"[\"null\", {Record(IntField, Field("b", "\"long\""))}]",
            [SchemaFaultKind.MissingDefault], [], [SchemaFaultKind.NewFieldWithoutDefault]),
        new("items of an array", """{"type": "array", "items": "int"}""", """{"type": "array", "items": "string"}""",
            [SchemaFaultKind.TypeMismatch], [SchemaFaultKind.TypeMismatch], []),
        new("values of a map", """{"type": "map", "values": "int"}""", """{"type": "map", "values": "boolean"}""",
            [SchemaFaultKind.TypeMismatch], [SchemaFaultKind.TypeMismatch], []),
        new("logical type changed", """{"type": "long", "logicalType": "timestamp-millis"}""", """{"type": "long", "logicalType": "timestamp-micros"}""",
            [], [], [SchemaFaultKind.LogicalTypeChanged]),
        new("logical type dropped", """{"type": "long", "logicalType": "timestamp-millis"}""", "\"long\"", [], [], [SchemaFaultKind.LogicalTypeChanged]),
    ];

    private static SchemaPair Good(string name, string older, string newer) => new(name, older, newer, [], [], []);

    private static string Record(params string[] fields) => $$"""{"type": "record", "name": "R", "fields": [{{string.Join(", ", fields)}}]}""";

    private static string Field(string name, string type, string? defaultValue = null) =>
        $$"""{"name": "{{name}}", "type": {{type}}{{(defaultValue is null ? "" : $", \"default\": {defaultValue}")}}}""";

    private static string Enum(string symbols, string? defaultSymbol) =>
        $$"""{"type": "enum", "name": "E", "symbols": [{{symbols}}]{{(defaultSymbol is null ? "" : $", \"default\": \"{defaultSymbol}\"")}}}""";
}
