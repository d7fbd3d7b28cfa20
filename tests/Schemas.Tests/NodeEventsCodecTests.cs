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

        byte[] message = Samples.Encode(batch);

        message[Framing..].ShouldBe(Oracle.Encode(GenericBatch.Of(batch)));
    }

    [Property]
    public void Writes_what_Apache_Avro_reads(int seed, byte events)
    {
        EventBatch batch = Some.Batch(seed, events);

        byte[] message = Samples.Encode(batch);

        Oracle.Decode(message[Framing..]).ShouldBe(GenericBatch.Of(batch));
    }

    [Property]
    public void Reads_what_was_written(int seed, byte events)
    {
        EventBatch batch = Some.Batch(seed, events);

        EventBatch read = Decode(Samples.Encode(batch));

        // Held against each other through the oracle's mapping, which takes every field of the contract.
        Oracle.Encode(GenericBatch.Of(read)).ShouldBe(Oracle.Encode(GenericBatch.Of(batch)));
    }

    [Fact]
    public void Reads_into_a_batch_that_was_used_before()
    {
        EventBatch into = Some.Batch(seed: 1, events: 30);
        EventBatch batch = Some.Batch(seed: 2, events: 5);

        NodeEventsCodec.Decode(Samples.Encode(batch), into, DecodeLimits.Default).ShouldBe(DecodeResult.Ok);

        GenericBatch.Of(into).ShouldBe(GenericBatch.Of(batch));
    }

    [Fact]
    public void Knows_the_newest_published_schema() => NodeEventsCodec.Schema.ShouldBe(SchemaCatalog.Newest(NodeEventsCodec.Subject));

    [Fact]
    public void Names_the_kinds_of_a_batch_once_each()
    {
        var batch = new EventBatch();
        batch.AddLoss(0, default);
        batch.AddProcess(0, 0, EventRecord.NoTask, default);
        batch.AddLoss(0, default);

        NodeEventsCodec.KindsOf(batch).ShouldBe("process,loss");
        NodeEventsCodec.KindsOf(Samples.Batch()).ShouldBe("container,process,file,syscall,mount,loss,heartbeat");
        NodeEventsCodec.KindsOf(new EventBatch()).ShouldBe("");
    }

    [Theory]
    [InlineData("", DecodeFault.NoFraming)]
    [InlineData("7b226e6f6465223a2231227d", DecodeFault.NoFraming)]
    [InlineData("000000002a04", DecodeFault.UnknownSchema)]
    [InlineData("c301000000000000000004", DecodeFault.UnknownSchema)]
    public void Refuses_what_is_not_framed_as_its_schema(string hex, DecodeFault fault)
    {
        DecodeResult result = NodeEventsCodec.Decode(Convert.FromHexString(hex), new EventBatch(), DecodeLimits.Default);

        result.Fault.ShouldBe(fault);
    }

    [Fact]
    public void Says_which_schema_it_met_instead()
    {
        DecodeResult result = NodeEventsCodec.Decode(Samples.Encode(Samples.DeadLetter), new EventBatch(), DecodeLimits.Default);

        result.Detail.ShouldBe($"fingerprint {DeadLetterCodec.Schema.Fingerprint:x16}, published as dead-letters version 1; expected node-events");
    }

    [Fact]
    public void Refuses_every_message_that_is_cut_short()
    {
        byte[] message = Samples.Encode(Samples.Batch());

        for (int length = 0; length < message.Length; length++)
            NodeEventsCodec.Decode(message.AsSpan(0, length), new EventBatch(), DecodeLimits.Default).IsOk.ShouldBeFalse($"{length} bytes");
    }

    [Fact]
    public void Refuses_bytes_after_the_end()
    {
        byte[] message = [.. Samples.Encode(Samples.Batch()), 0];

        NodeEventsCodec.Decode(message, new EventBatch(), DecodeLimits.Default).ShouldBe(
            new DecodeResult(DecodeFault.TrailingBytes, message.Length - 1, "1 bytes after the end"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-2)]
    public void Refuses_an_event_whose_task_is_not_there(int task)
    {
        EventBatch batch = Samples.Batch();
        batch.AddFile(0, 0, task, default);

        NodeEventsCodec.Decode(Samples.Encode(batch), new EventBatch(), DecodeLimits.Default).Fault.ShouldBe(DecodeFault.BadReference);
    }

    [Fact]
    public void Leaves_the_batch_empty_after_a_fault()
    {
        byte[] message = Samples.Encode(Samples.Batch());
        EventBatch into = Samples.Batch();

        NodeEventsCodec.Decode(message.AsSpan(0, message.Length - 1), into, DecodeLimits.Default);

        into.Count.ShouldBe(0);
        into.Tasks.Length.ShouldBe(0);
    }

    [Theory]
    [InlineData(7, DecodeFault.None)]
    [InlineData(6, DecodeFault.TooLarge)]
    public void Keeps_to_the_limit_of_events(int limit, DecodeFault fault)
    {
        byte[] message = Samples.Encode(Samples.Batch());

        NodeEventsCodec.Decode(message, new EventBatch(), new DecodeLimits { MaxEvents = limit }).Fault.ShouldBe(fault);
    }

    [Fact]
    public void Keeps_to_the_limits_of_message_text_and_items()
    {
        byte[] message = Samples.Encode(Samples.Batch());

        foreach (DecodeLimits limits in new[] { new DecodeLimits { MaxMessageBytes = 100 }, new() { MaxTextBytes = 10 }, new() { MaxItems = 1 } })
            NodeEventsCodec.Decode(message, new EventBatch(), limits).Fault.ShouldBe(DecodeFault.TooLarge);
    }

    private static EventBatch Decode(byte[] message)
    {
        var into = new EventBatch();
        NodeEventsCodec.Decode(message, into, DecodeLimits.Default).ShouldBe(DecodeResult.Ok);
        return into;
    }
}
