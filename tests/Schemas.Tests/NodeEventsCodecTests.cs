using System.Buffers;
using FsCheck.Xunit;
using Pipeline.Domain.Events;
using Pipeline.Schemas;
using Testing;

namespace Schemas.Tests;

public sealed class NodeEventsCodecTests
{
    private const int Framing = 10;

    private static Oracle Oracle => GenericBatch.Oracle;

    [Property]
    public void Writes_the_same_bytes_as_Apache_Avro(int seed, byte events)
    {
        EventBatch batch = Some.Batch(seed, events);

        byte[] message = Encode(batch);

        message[Framing..].ShouldBe(Oracle.Encode(GenericBatch.Of(batch)));
    }

    [Property]
    public void Writes_what_Apache_Avro_reads(int seed, byte events)
    {
        EventBatch batch = Some.Batch(seed, events);

        byte[] message = Encode(batch);

        Oracle.Decode(message[Framing..]).ShouldBe(GenericBatch.Of(batch));
    }

    [Property]
    public void Reads_what_was_written(int seed, byte events)
    {
        EventBatch batch = Some.Batch(seed, events);

        EventBatch read = Decode(Encode(batch));

        // Held against each other through the oracle's mapping, which takes every field of the contract.
        Oracle.Encode(GenericBatch.Of(read)).ShouldBe(Oracle.Encode(GenericBatch.Of(batch)));
    }

    [Fact]
    public void Reads_into_a_batch_that_was_used_before()
    {
        EventBatch into = Some.Batch(seed: 1, events: 30);
        EventBatch batch = Some.Batch(seed: 2, events: 5);

        NodeEventsCodec.Decode(Encode(batch), into, DecodeLimits.Default).ShouldBe(DecodeResult.Ok);

        GenericBatch.Of(into).ShouldBe(GenericBatch.Of(batch));
    }

    [Fact]
    public void Knows_the_newest_published_schema() => NodeEventsCodec.Schema.ShouldBe(SchemaCatalog.Newest(NodeEventsCodec.Subject));

    private static byte[] Encode(EventBatch batch)
    {
        var output = new ArrayBufferWriter<byte>();
        NodeEventsCodec.Encode(batch, output);
        return output.WrittenSpan.ToArray();
    }

    private static EventBatch Decode(byte[] message)
    {
        var into = new EventBatch();
        NodeEventsCodec.Decode(message, into, DecodeLimits.Default).ShouldBe(DecodeResult.Ok);
        return into;
    }
}
