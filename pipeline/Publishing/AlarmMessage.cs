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

    /// <summary>Keyed by container, so that what happened in one stays in order; by node where there is none.</summary>
    public static Message<byte[], byte[]> Of(AlarmEventRecord record)
    {
        var value = new ArrayBufferWriter<byte>();
        AlarmCodec.Encode(record.Event, value);
        return new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(record.ContainerId.Length > 0 ? record.ContainerId : record.Node),
            Value = value.WrittenSpan.ToArray(),
            Timestamp = new Timestamp(record.Event.At.UtcDateTime, TimestampType.CreateTime),
            Headers = HeadersOf(record),
        };
    }

    private static Headers HeadersOf(AlarmEventRecord record) => new()
    {
        { "content-type", ContentType },
        { "ce_specversion", SpecVersion },
        { "ce_id", Bytes(record.Event.EventId.ToString()) },
        { "ce_source", Bytes($"/nodes/{Uri.EscapeDataString(record.Node)}") },
        { "ce_type", Bytes(TypePrefix + KindOf(record.Event)) },
        { "ce_time", Bytes(record.Event.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)) },
        { "ce_subject", Bytes(record.Event.AlarmId.ToString()) },
        { "ce_dataschema", DataSchema },
        { "ce_sequence", Bytes(record.Sequence.ToString(CultureInfo.InvariantCulture)) },
        { "ce_version", Bytes(record.Version.ToString(CultureInfo.InvariantCulture)) },
        { "traceparent", Bytes($"00-{record.Event.AlarmId:N}-{record.Event.EventId.ToString("N")[..16]}-01") },
    };

    private static string KindOf(AlarmEvent alarm) => alarm switch
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
