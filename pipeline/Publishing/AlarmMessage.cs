using System.Buffers;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Pipeline.Domain.Alarms;
using Pipeline.Runtime.Ports;
using Pipeline.Schemas;

namespace Pipeline.Publishing;

/// <summary>
/// An alarm event as a Kafka message: Avro in the value; in the headers a CloudEvent in binary mode (CloudEvents 1.0, Kafka protocol binding
/// 3.2) and the trace that all events of one alarm make up (W3C Trace Context).
/// </summary>
internal static class AlarmMessage
{
    private const string TypePrefix = "pipeline.alarm.";

    private static readonly byte[] SpecVersion = "1.0"u8.ToArray();
    private static readonly byte[] ContentType = Encoding.UTF8.GetBytes(WireFormat.ContentType);
    private static readonly byte[] DataSchema = Encoding.UTF8.GetBytes($"urn:avro:{AlarmCodec.Subject}:{AlarmCodec.Schema.Version}");
    private static readonly byte[] StateSchema = Encoding.UTF8.GetBytes($"urn:avro:{AlarmStateCodec.Subject}:{AlarmStateCodec.Schema.Version}");

    /// <summary>Keyed by container, so that what happened in one stays in order; by node where there is none.</summary>
    public static Message<byte[], byte[]> Of(AlarmEventRecord record)
    {
        AlarmSource source = record.Now.Source;
        var value = new ArrayBufferWriter<byte>();
        AlarmCodec.Encode(record.Event, value);
        return new Message<byte[], byte[]>
        {
            Key = Bytes(source.ContainerId.Length > 0 ? source.ContainerId : source.Node),
            Value = value.WrittenSpan.ToArray(),
            Timestamp = new Timestamp(record.Event.At.UtcDateTime, TimestampType.CreateTime),
            Headers = HeadersOf(record),
        };
    }

    /// <summary>The alarm as it stands, keyed by its id: of a compacted topic the newest is kept.</summary>
    public static Message<byte[], byte[]> StateOf(AlarmEventRecord record)
    {
        AlarmSnapshot alarm = record.Now;
        var value = new ArrayBufferWriter<byte>();
        AlarmStateCodec.Encode(alarm, value);
        return new Message<byte[], byte[]>
        {
            Key = Bytes(alarm.Id.ToString()),
            Value = value.WrittenSpan.ToArray(),
            Timestamp = new Timestamp(record.StoredAt.UtcDateTime, TimestampType.CreateTime),
            Headers = new Headers
            {
                { "content-type", ContentType },
                { "ce_specversion", SpecVersion },
                { "ce_id", Bytes($"{alarm.Id}/{alarm.Version.ToString(CultureInfo.InvariantCulture)}") },
                { "ce_source", Source(alarm) },
                { "ce_type", Bytes(TypePrefix + "state") },
                { "ce_time", Time(record.StoredAt) },
                { "ce_subject", Bytes(alarm.Id.ToString()) },
                { "ce_dataschema", StateSchema },
                { "ce_version", Bytes(alarm.Version.ToString(CultureInfo.InvariantCulture)) },
                { "traceparent", Trace(record) },
            },
        };
    }

    private static Headers HeadersOf(AlarmEventRecord record) => new()
    {
        { "content-type", ContentType },
        { "ce_specversion", SpecVersion },
        { "ce_id", Bytes(record.Event.EventId.ToString()) },
        { "ce_source", Source(record.Now) },
        { "ce_type", Bytes(TypePrefix + KindOf(record.Event)) },
        { "ce_time", Time(record.Event.At) },
        { "ce_subject", Bytes(record.Event.AlarmId.ToString()) },
        { "ce_dataschema", DataSchema },
        { "ce_sequence", Bytes(record.Sequence.ToString(CultureInfo.InvariantCulture)) },
        { "ce_version", Bytes(record.Version.ToString(CultureInfo.InvariantCulture)) },
        { "traceparent", Trace(record) },
    };

    private static byte[] Source(AlarmSnapshot alarm) => Bytes($"/nodes/{Uri.EscapeDataString(alarm.Source.Node)}");

    private static byte[] Time(DateTimeOffset time) => Bytes(time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));

    private static byte[] Trace(AlarmEventRecord record) => Bytes($"00-{record.Event.AlarmId:N}-{record.Event.EventId.ToString("N")[..16]}-01");

    /// <summary>What an event is called outside.</summary>
    public static string KindOf(AlarmEvent alarm) => alarm switch
    {
        AlarmRaised => "raised",
        AlarmConfirmed => "confirmed",
        AlarmRecurred => "recurred",
        AlarmEscalated => "escalated",
        AlarmAmended => "amended",
        AlarmActionTaken => "action",
        _ => throw new ArgumentException($"An alarm event without a published form: {alarm.GetType().Name}", nameof(alarm)),
    };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
