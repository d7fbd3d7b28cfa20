using System.Collections;
using System.Text;
using Avro;
using Avro.Generic;
using Avro.IO;
using Pipeline.Schemas;

namespace Schemas.Tests;

/// <summary>Apache.Avro's own reading and writing, against which ours is held.</summary>
internal sealed class Oracle(SchemaVersion version)
{
    public RecordSchema Schema { get; } = (RecordSchema)Avro.Schema.Parse(version.Json);

    public byte[] Encode(GenericRecord record)
    {
        using var stream = new MemoryStream();
        new GenericDatumWriter<GenericRecord>(Schema).Write(record, new BinaryEncoder(stream));
        return stream.ToArray();
    }

    public GenericRecord Decode(byte[] body)
    {
        using var stream = new MemoryStream(body);
        GenericRecord record = new GenericDatumReader<GenericRecord>(Schema, Schema).Read(null!, new BinaryDecoder(stream));
        stream.Position.ShouldBe(body.Length);
        return record;
    }

    /// <summary>A record of <paramref name="schema"/>; every field must be given, in the schema's order, under its name.</summary>
    public static GenericRecord Record(Schema schema, params (string Name, object? Value)[] fields)
    {
        var type = (RecordSchema)schema;
        fields.Select(field => field.Name).ShouldBe(type.Fields.Select(field => field.Name));
        var record = new GenericRecord(type);
        foreach ((string name, object? value) in fields) record.Add(name, value);
        return record;
    }

    /// <summary>The symbol that stands for a value: ExecCreated is EXEC_CREATED.</summary>
    public static GenericEnum Symbol<T>(Schema schema, T value)
        where T : struct, Enum
    {
        var name = new StringBuilder();
        foreach (char letter in value.ToString()) name.Append(char.IsUpper(letter) && name.Length > 0 ? "_" : "").Append(char.ToUpperInvariant(letter));
        return new GenericEnum((EnumSchema)schema, name.ToString());
    }

    public static object[] Array(IEnumerable items) => [.. items.Cast<object>()];

    /// <summary>Schema of a field, by names from record to record; optional values and items of arrays are stepped into.</summary>
    public static Schema At(Schema schema, params string[] path)
    {
        foreach (string name in path)
        {
            schema = schema switch
            {
                UnionSchema union => union.Schemas.Single(branch => branch.Name == name),
                RecordSchema record => record[name].Schema,
                _ => throw new ArgumentException($"{name} of {schema}"),
            };
            if (schema is UnionSchema { Count: 2 } optional) schema = optional[1];
            if (schema is ArraySchema array) schema = array.ItemSchema;
        }

        return schema;
    }
}
