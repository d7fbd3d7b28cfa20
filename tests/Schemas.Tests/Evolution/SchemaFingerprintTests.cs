using Avro;
using Pipeline.Schemas;
using Pipeline.Schemas.Evolution;

namespace Schemas.Tests.Evolution;

public sealed class SchemaFingerprintTests
{
    public static TheoryData<string> Schemas =>
    [
        .. SchemaCatalog.Published.Select(version => version.Json),
        "\"int\"",
        """{"type": "string", "logicalType": "uuid"}""",
        """["null", {"type": "array", "items": {"type": "map", "values": "double"}}]""",
        """{"type": "fixed", "name": "F", "namespace": "a.b", "size": 16, "doc": "d"}""",
        """{"type": "enum", "name": "a.E", "symbols": ["X", "Y"], "default": "X"}""",
        """{"type": "record", "name": "List", "namespace": "n", "fields": [{"name": "next", "type": ["null", "List"], "default": null}]}""",
        """{"name": "R", "type": "record", "aliases": ["Q"], "fields": [{"name": "e", "type": {"type": "enum", "name": "x.E", "symbols": []}}, {"name": "f", "type": "x.E"}]}""",
    ];

    [Theory]
    [MemberData(nameof(Schemas))]
    public void Equals_what_Apache_Avro_computes(string json)
    {
        AvroSchema schema = AvroSchema.Parse(json);
        Schema theirs = Schema.Parse(json);

        SchemaFingerprint.CanonicalForm(schema).ShouldBe(SchemaNormalization.ToParsingForm(theirs));
        SchemaFingerprint.Of(schema).ShouldBe(unchecked((ulong)SchemaNormalization.ParsingFingerprint64(theirs)));
    }

    [Fact]
    public void Is_the_specification_s_for_int() => SchemaFingerprint.Of(AvroSchema.Parse("\"int\"")).ShouldBe(0x7275d51a3f395c8fUL);
}
