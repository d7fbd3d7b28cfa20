using System.Buffers;
using Avro.Generic;
using Pipeline.Domain.Alarms;
using Pipeline.Schemas;
using Pipeline.Schemas.Evolution;
using Testing;

namespace Schemas.Tests;

public sealed class AlarmStateCodecTests
{
    private static readonly Oracle Oracle = new(AlarmStateCodec.Schema);

    private static readonly DateTimeOffset Stored = DateTimeOffset.UnixEpoch.AddSeconds(1_750_000_001);

    private static readonly AlarmSnapshot Open = AlarmSnapshot.Of(AlarmView.Apply(null, Samples.Raised)!, Stored);

    private static readonly AlarmSnapshot Hidden = Open with
    {
        State = AlarmState.Whitelisted,
        ConfirmedAt = Stored,
        AcknowledgedAt = Stored,
        Assignee = "alice",
        Resolution = new AlarmResolution(Stored, "exclusion", "known", null, Guid.Parse("4d201a62-60a3-812a-a842-4b6329ec9ad7")),
    };

    /// <summary>Tables of others take records of primitive fields; what is nullable is so by null first and nothing else.</summary>
    [Fact]
    public void Consists_of_primitive_fields_only() =>
        ((AvroSchema.Record)AlarmStateCodec.Schema.Schema).Fields.Select(field => field.Schema).ShouldAllBe(schema =>
            schema is AvroSchema.Primitive
            || (schema is AvroSchema.Union && ((AvroSchema.Union)schema).Branches.Length == 2
                && ((AvroSchema.Union)schema).Branches[0].Type == "null" && ((AvroSchema.Union)schema).Branches[1] is AvroSchema.Primitive));

    [Fact]
    public void Is_read_by_Apache_Avro_with_every_field_in_its_place()
    {
        GenericRecord read = Oracle.Decode(Encode(Hidden)[10..]);

        (read["id"], read["version"], read["type"], read["severity_rank"], read["outcome"], read["workload"], read["content"], read["attack"])
            .ShouldBe(($"{Hidden.Id}", 1, "abnormal-startup", 3, "system-vulnerability", "Deployment/web", "privileged:true", "T1611"));
        (read["process"], read["occurrences"], read["confirmed_at"], read["evidence_complete"], read["assignee"], read["state"])
            .ShouldBe(("/bin/sh", 1L, Stored.UtcDateTime, false, "alice", "whitelisted"));
        (read["resolved_by"], read["resolution_reason"], read["verdict"], read["exclusion_id"])
            .ShouldBe(("exclusion", "known", "", "4d201a62-60a3-812a-a842-4b6329ec9ad7"));
    }

    [Fact]
    public void Is_null_where_nothing_happened_yet()
    {
        GenericRecord read = Oracle.Decode(Encode(Open)[10..]);

        (read["confirmed_at"], read["acknowledged_at"], read["resolved_at"], read["exclusion_id"]).ShouldBe((null, null, null, null));
    }

    [Fact]
    public void Writes_version_1_as_it_was_published()
    {
        string path = Path.Combine(Repository.Root, "tests", "Schemas.Tests", "Golden", "alarm-state.v1.hex");
        string today = Convert.ToHexStringLower(Encode(Hidden));
        if (!File.Exists(path)) Assert.Fail($"{path} is missing. Today's bytes: {today}");

        today.ShouldBe(string.Concat(File.ReadAllLines(path)));
    }

    private static byte[] Encode(AlarmSnapshot alarm)
    {
        var output = new ArrayBufferWriter<byte>();
        AlarmStateCodec.Encode(alarm, output);
        return output.WrittenSpan.ToArray();
    }
}
