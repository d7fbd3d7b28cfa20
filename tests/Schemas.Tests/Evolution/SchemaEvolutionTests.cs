using System.Collections.Immutable;
using Pipeline.Schemas;
using Pipeline.Schemas.Evolution;

namespace Schemas.Tests.Evolution;

public sealed class SchemaEvolutionTests
{
    public static TheoryData<string> Pairs => [.. SchemaPair.All.Select(pair => pair.Name)];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Finds_exactly_the_faults_of_a_pair(string name)
    {
        SchemaPair pair = SchemaPair.All.Single(one => one.Name == name);
        AvroSchema older = AvroSchema.Parse(pair.Older);
        AvroSchema newer = AvroSchema.Parse(pair.Newer);

        Kinds(SchemaEvolution.Check(writer: older, reader: newer)).ShouldBe(pair.NewerReadsOlder);
        Kinds(SchemaEvolution.Check(writer: newer, reader: older)).ShouldBe(pair.OlderReadsNewer);
        Kinds(SchemaEvolution.CheckSuccessor(older, newer)).Distinct()
            .ShouldBe([.. pair.NewerReadsOlder.Union(pair.OlderReadsNewer).Union(pair.OwnRules)], ignoreOrder: true);
    }

    [Fact]
    public void Names_the_place_of_a_fault()
    {
        AvroSchema published = SchemaCatalog.Newest("node-events").Schema;
        AvroSchema changed = AvroSchema.Parse(SchemaCatalog.Newest("node-events").Json
            .Replace("""{"name": "rawPath", "type": "bytes", "default": "",""", """{"name": "rawPath", "type": "long", "default": 0,""", StringComparison.Ordinal));

        SchemaEvolution.Check(published, changed).ShouldBe(
            [new SchemaFault("/events/items/body/File/rawPath", SchemaFaultKind.TypeMismatch, "bytes written, long read")]);
    }

    [Theory]
    [InlineData("""{"type": "record", "name": "R", "doc": "d", "fields": [{"name": "a", "type": "int"}]}""", "/a", SchemaFaultKind.MissingDoc)]
    [InlineData("""{"type": "record", "name": "R", "fields": []}""", "/", SchemaFaultKind.MissingDoc)]
    [InlineData("""{"type": "enum", "name": "E", "symbols": ["A"]}""", "/", SchemaFaultKind.EnumWithoutDefault)]
    [InlineData("""{"type": "record", "name": "R", "doc": "d", "fields": [{"name": "a", "doc": "d", "type": "int", "default": "1"}]}""", "/a", SchemaFaultKind.BadDefault)]
    [InlineData("""{"type": "record", "name": "R", "doc": "d", "fields": [{"name": "a", "doc": "d", "type": ["null", "int"], "default": 1}]}""", "/a", SchemaFaultKind.BadDefault)]
    public void Finds_what_keeps_a_schema_from_being_published(string json, string path, SchemaFaultKind kind)
    {
        SchemaFault fault = SchemaRules.Check(AvroSchema.Parse(json)).ShouldHaveSingleItem();

        (fault.Path, fault.Kind).ShouldBe((path, kind));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("\"unheard\"")]
    [InlineData("[\"int\", \"int\"]")]
    [InlineData("[[\"int\"]]")]
    [InlineData("{\"type\": \"enum\", \"name\": \"E\"}")]
    [InlineData("{\"type\": \"record\", \"name\": 1, \"fields\": []}")]
    [InlineData("{\"type\": \"record\", \"name\": \"1\", \"fields\": []}")]
    [InlineData("{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"a\", \"type\": \"int\"}, {\"name\": \"a\", \"type\": \"int\"}]}")]
    [InlineData("{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"A\", \"A\"]}")]
    [InlineData("{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"A\"], \"default\": \"B\"}")]
    public void Refuses_what_is_no_schema(string json) => Should.Throw<FormatException>(() => AvroSchema.Parse(json));

    private static SchemaFaultKind[] Kinds(ImmutableArray<SchemaFault> faults) => [.. faults.Select(fault => fault.Kind)];
}
