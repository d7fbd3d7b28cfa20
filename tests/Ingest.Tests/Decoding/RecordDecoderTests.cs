using FsCheck.Xunit;
using Ingest.Tests.Kit;
using Pipeline.Domain.Events;
using Pipeline.Ingest.Decoding;
using Pipeline.Schemas;

namespace Ingest.Tests.Decoding;

public sealed class RecordDecoderTests
{
    private readonly RecordDecoder _decoder = new(new BatchPool(4), DecodeLimits.Default);

    [Fact]
    public void Gives_the_events_of_a_good_record()
    {
        EventBatch batch = _decoder.Decode(Sample.Record(Sample.Key(), Sample.Value(Sample.Batch(firstSequence: 7)))).ShouldBeOfType<DecodedRecord.Events>().Batch;

        batch.FirstSequence.ShouldBe(7);
        batch.Heartbeats.Length.ShouldBe(1);
    }

    [Fact]
    public void Uses_a_returned_batch_again()
    {
        EventBatch first = _decoder.Decode(Sample.Record(Sample.Key(), Sample.Value())).ShouldBeOfType<DecodedRecord.Events>().Batch;
        _decoder.Return(first);

        _decoder.Decode(Sample.Record(Sample.Key(), Sample.Value())).ShouldBeOfType<DecodedRecord.Events>().Batch.ShouldBeSameAs(first);
    }

    [Fact]
    public void Refuses_a_key_that_is_not_the_node() => ShouldRefuse(Sample.Key("other"), Sample.Batch(), "key is not the node");

    [Fact]
    public void Refuses_an_empty_node() => ShouldRefuse(Sample.Key(""), Sample.Batch(node: ""), "node's name");

    [Fact]
    public void Refuses_a_node_name_of_more_than_253_bytes() =>
        ShouldRefuse(Sample.Key(new string('n', 254)), Sample.Batch(node: new string('n', 254)), "node's name");

    [Fact]
    public void Refuses_an_empty_boot() => ShouldRefuse(Sample.Key(), Sample.Batch(boot: ""), "boot id");

    [Fact]
    public void Refuses_sequence_numbers_that_would_overflow() => ShouldRefuse(Sample.Key(), Sample.Batch(firstSequence: long.MaxValue), "sequence numbers");

    [Fact]
    public void Refuses_a_negative_loss() => ShouldRefuse(Sample.Key(), Sample.Batch(lost: -1), "lost events");

    [Fact]
    public void Shows_nothing_of_the_content_in_its_detail() =>
        _decoder.Decode(Sample.Record("secret"u8.ToArray(), Sample.Value())).ShouldBeOfType<DecodedRecord.Poison>().Detail.ShouldNotContain("secret");

    [Property]
    public void Never_throws_whatever_the_bytes_are(byte[]? key, byte[]? value) => _decoder.Decode(Sample.Record(key, value)).ShouldBeOfType<DecodedRecord.Poison>();

    [Property]
    public void Never_throws_when_a_good_record_was_damaged(ushort at, byte with, ushort cut)
    {
        byte[] value = Sample.Value();
        value[at % value.Length] = with;

        _decoder.Decode(Sample.Record(Sample.Key(), value[..(value.Length - cut % 4)])).ShouldNotBeNull();
    }

    private void ShouldRefuse(byte[] key, EventBatch batch, string detail)
    {
        DecodedRecord.Poison poison = _decoder.Decode(Sample.Record(key, Sample.Value(batch))).ShouldBeOfType<DecodedRecord.Poison>();
        poison.Reason.ShouldBe(DeadLetterReason.Malformed);
        poison.Detail.ShouldContain(detail);
    }
}
