using System.Text;
using Avro.Generic;
using Confluent.Kafka;
using Pipeline.Domain.Alarms;
using Pipeline.Schemas;
using Testing;

namespace Publishing.Tests;

/// <summary>Reads the one partition of an alarms topic from its beginning, as a downstream system would.</summary>
internal sealed class TopicReader : IDisposable
{
    private readonly IConsumer<byte[], byte[]> _consumer;

    public TopicReader(string bootstrapServers, string topic)
    {
        _consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = bootstrapServers, GroupId = LogFixture.UniqueName("reader") })
            .SetLogHandler((_, _) => { }).Build();
        _consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
    }

    /// <summary>What has arrived so far and was not asked for before.</summary>
    public List<Message<byte[], byte[]>> Seen { get; } = [];

    /// <summary>Reads on until there are so many.</summary>
    public async Task<IReadOnlyList<Message<byte[], byte[]>>> ReadAsync(int count)
    {
        await Eventually.TrueAsync(
            () =>
            {
                while (Seen.Count < count && Next() is { } message) Seen.Add(message);
                return Seen.Count >= count;
            },
            $"{count} messages");
        return Seen;
    }

    public static AlarmEvent Decode(Message<byte[], byte[]> message)
    {
        AlarmCodec.Decode(message.Value, DecodeLimits.Default, out AlarmEvent? alarm).ShouldBe(DecodeResult.Ok);
        return alarm.ShouldNotBeNull();
    }

    /// <summary>Read by Apache's own implementation, from the published schema.</summary>
    public static GenericRecord DecodeState(Message<byte[], byte[]> message)
    {
        Avro.Schema schema = Avro.Schema.Parse(AlarmStateCodec.Schema.Json);
        using var body = new MemoryStream(message.Value, 10, message.Value.Length - 10);
        return new GenericDatumReader<GenericRecord>(schema, schema).Read(null!, new Avro.IO.BinaryDecoder(body));
    }

    public static string Header(Message<byte[], byte[]> message, string name) => Encoding.UTF8.GetString(message.Headers.GetLastBytes(name));

    public void Dispose() => _consumer.Dispose();

    private Message<byte[], byte[]>? Next()
    {
        try
        {
            return _consumer.Consume(TimeSpan.FromMilliseconds(50))?.Message;
        }
        catch (ConsumeException missing) when (missing.Error.Code == ErrorCode.UnknownTopicOrPart)
        {
            return null;
        }
    }
}
