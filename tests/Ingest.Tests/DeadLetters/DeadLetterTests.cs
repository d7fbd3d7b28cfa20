using Confluent.Kafka;
using Ingest.Tests.Kit;
using Pipeline.Ingest;
using Pipeline.Ingest.DeadLetters;
using Pipeline.Ingest.Decoding;
using Pipeline.Schemas;
using Testing;

namespace Ingest.Tests.DeadLetters;

[Trait("Category", "Broker")]
public sealed class DeadLetterTests(LogFixture log) : LogTest(log)
{
    [Fact]
    public async Task Keeps_each_kind_of_bad_record_with_its_reason_and_lets_the_others_pass()
    {
        IngestOptions options = (await TopicAsync(1)) with { MaxRecordBytes = 64 * 1024 };
        using Feeder feeder = FeederOf(options);
        byte[] good = Sample.Value();
        byte[] unknownSchema = [0xC3, 0x01, 1, 2, 3, 4, 5, 6, 7, 8, .. good[10..]];
        (byte[]? Key, byte[]? Value, DeadLetterReason Reason)[] bad =
        [
            (Sample.Key(), null, DeadLetterReason.Malformed),
            (Sample.Key(), "not avro"u8.ToArray(), DeadLetterReason.Malformed),
            (Sample.Key(), good[..^3], DeadLetterReason.Malformed),
            (Sample.Key(), unknownSchema, DeadLetterReason.UnknownSchema),
            (Sample.Key(), new byte[100 * 1024], DeadLetterReason.TooLarge),
            (Sample.Key("another"), good, DeadLetterReason.Malformed),
            (null, good, DeadLetterReason.Malformed),
            (Sample.Key(), Sample.Value(Sample.Batch(firstSequence: -1)), DeadLetterReason.Malformed),
        ];
        foreach ((byte[]? key, byte[]? value, _) in bad)
        {
            await feeder.SendAsync(0, Sample.Key(), good);
            await feeder.SendAsync(0, key, value);
        }

        await using var member = new Member(options, Store);
        List<ConsumeResult<byte[]?, byte[]>> kept = Read(options, bad.Length);
        await Eventually.TrueAsync(() => member.Runtime.Skipped.Count == bad.Length, "the bad records to be passed over");
        await member.DrainAsync();

        Store.Stored(0).ShouldBe(bad.Select((_, i) => 2L * i));
        Store.Next(0).ShouldBe(2 * bad.Length);
        for (int i = 0; i < bad.Length; i++)
        {
            DeadLetter letter = Decode(kept[i].Message.Value);
            letter.Reason.ShouldBe(bad[i].Reason, letter.Detail);
            (letter.Topic, letter.Partition, letter.Offset).ShouldBe((options.Topic, 0, 2 * i + 1));
            letter.Value?.ToArray().ShouldBe(bad[i].Value);
            letter.Key?.ToArray().ShouldBe(bad[i].Key);
            Header(kept[i], "dlq.reason").ShouldBe(bad[i].Reason.ToString());
            Header(kept[i], "dlq.offset").ShouldBe($"{2 * i + 1}");
        }

        member.Counted["dead_letters", "UnknownSchema"].ShouldBe(1);
    }

    [Fact]
    public async Task Does_not_pass_a_bad_record_that_could_not_be_kept()
    {
        IngestOptions options = await TopicAsync(1);
        using Feeder feeder = FeederOf(options);
        await feeder.FillAsync(1, 12);
        await feeder.SendAsync(0, Sample.Key(), "not avro"u8.ToArray());
        await feeder.FillAsync(1, 12);
        var deadLetters = new RefusingDeadLetters(times: 3);

        await using var member = new Member(options, Store, deadLetters: deadLetters);
        await ReachAsync(1, 25);
        await member.DrainAsync();

        deadLetters.Kept.ShouldBe([12L]);
        member.Counted["lane_ends", "failed"].ShouldBe(3);
        Store.Stored(0).ShouldBe([.. Offsets(0, 12), .. Offsets(13, 25)]);
    }

    private static List<ConsumeResult<byte[]?, byte[]>> Read(IngestOptions options, int count)
    {
        using IConsumer<byte[]?, byte[]> reader = new ConsumerBuilder<byte[]?, byte[]>(
            new ConsumerConfig { BootstrapServers = options.BootstrapServers, GroupId = "reader" }).SetKeyDeserializer(Deserializers.ByteArray).Build();
        reader.Assign(new TopicPartitionOffset(options.DeadLetterTopic, 0, Offset.Beginning));
        var read = new List<ConsumeResult<byte[]?, byte[]>>();
        while (read.Count < count) read.Add(reader.Consume(TestContext.Current.CancellationToken));
        return read;
    }

    private static DeadLetter Decode(byte[] value)
    {
        DeadLetterCodec.Decode(value, DecodeLimits.Default, out DeadLetter? letter).IsOk.ShouldBeTrue();
        return letter.ShouldNotBeNull();
    }

    private static string Header(ConsumeResult<byte[]?, byte[]> record, string name) =>
        System.Text.Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(name));

    private sealed class RefusingDeadLetters(int times) : IDeadLetters
    {
        private int _left = times;

        public List<long> Kept { get; } = [];

        public Task WriteAsync(DecodedRecord.Poison poison, CancellationToken cancellation)
        {
            if (_left-- > 0) throw new DeadLetterNotWrittenException("no", new TimeoutException());
            Kept.Add(poison.Record.Offset);
            return Task.CompletedTask;
        }
    }
}
