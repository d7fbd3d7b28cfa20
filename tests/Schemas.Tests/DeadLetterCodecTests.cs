using Avro.Generic;
using Pipeline.Schemas;

namespace Schemas.Tests;

public sealed class DeadLetterCodecTests
{
    private static readonly Oracle Oracle = new(DeadLetterCodec.Schema);

    [Fact]
    public void Writes_the_same_bytes_as_Apache_Avro() => Samples.Encode(Samples.DeadLetter)[10..].ShouldBe(Oracle.Encode(Generic(Samples.DeadLetter)));

    [Fact]
    public void Reads_what_was_written()
    {
        DeadLetter letter = Decode(Samples.Encode(Samples.DeadLetter));

        Generic(letter).ShouldBe(Generic(Samples.DeadLetter));
    }

    [Fact]
    public void Tells_no_key_and_no_value_from_empty_ones()
    {
        DeadLetter none = Decode(Samples.Encode(Samples.DeadLetter with { Key = null, Value = null }));
        DeadLetter empty = Decode(Samples.Encode(Samples.DeadLetter with { Key = Array.Empty<byte>(), Value = Array.Empty<byte>() }));

        (none.Key is null, none.Value is null).ShouldBe((true, true));
        (empty.Key?.Length, empty.Value?.Length).ShouldBe((0, 0));
    }

    [Fact]
    public void Keeps_only_the_beginning_of_a_large_value_and_says_so()
    {
        var value = new byte[DeadLetterCodec.MaxValueBytes + 1];

        DeadLetter letter = Decode(Samples.Encode(Samples.DeadLetter with { Value = value }));

        letter.Value!.Value.Length.ShouldBe(DeadLetterCodec.MaxValueBytes);
        letter.ValueTruncated.ShouldBeTrue();
        letter.ValueLength.ShouldBe(value.Length);
    }

    [Fact]
    public void Stays_below_a_mebibyte_whatever_it_holds()
    {
        DeadLetter huge = Samples.DeadLetter with { Key = new byte[2_000_000], Value = new byte[2_000_000], Detail = new string('中', 2_000_000) };

        Samples.Encode(huge).Length.ShouldBeLessThan(1_000_000);
    }

    [Theory]
    [InlineData(DecodeFault.UnknownSchema, DeadLetterReason.UnknownSchema)]
    [InlineData(DecodeFault.TooLarge, DeadLetterReason.TooLarge)]
    [InlineData(DecodeFault.Truncated, DeadLetterReason.Malformed)]
    [InlineData(DecodeFault.NoFraming, DeadLetterReason.Malformed)]
    public void Gives_the_reason_for_a_fault(DecodeFault fault, DeadLetterReason reason) => DeadLetter.ReasonOf(fault).ShouldBe(reason);

    private static DeadLetter Decode(byte[] message)
    {
        DeadLetterCodec.Decode(message, DecodeLimits.Default, out DeadLetter? letter).ShouldBe(DecodeResult.Ok);
        return letter.ShouldNotBeNull();
    }

    private static GenericRecord Generic(DeadLetter letter) => Oracle.Record(Oracle.Schema,
        ("topic", letter.Topic), ("partition", letter.Partition), ("offset", letter.Offset),
        ("timestampMs", DateTime.UnixEpoch.AddMilliseconds(letter.TimestampMs)), ("stage", letter.Stage),
        ("reason", Oracle.Symbol(Oracle.At(Oracle.Schema, "reason"), letter.Reason)), ("detail", letter.Detail),
        ("key", letter.Key?.ToArray()), ("value", letter.Value?.ToArray()), ("valueTruncated", letter.ValueTruncated),
        ("valueLength", letter.ValueLength), ("firstSeenMs", DateTime.UnixEpoch.AddMilliseconds(letter.FirstSeenMs)),
        ("pipelineVersion", letter.PipelineVersion));
}
