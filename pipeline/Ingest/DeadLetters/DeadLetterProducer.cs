using System.Buffers;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Pipeline.Ingest.Consuming;
using Pipeline.Ingest.Decoding;
using Pipeline.Runtime.Ports;
using Pipeline.Schemas;

namespace Pipeline.Ingest.DeadLetters;

/// <summary>
/// Writes dead letters to their topic and waits for the acknowledgement. Tries again with back-off until <see cref="IngestOptions.DeadLetterWait"/> is over.
/// Key and value are the original's (cut at the codec's bounds); where it was and why is in the value and, for tools that do not read Avro, in headers.
/// </summary>
public sealed class DeadLetterProducer : IDeadLetters, IPoisonEvents, IDisposable
{
    private static readonly TimeSpan LeastDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MostDelay = TimeSpan.FromSeconds(5);
    private static readonly string Version = typeof(DeadLetterProducer).Assembly.GetName().Version?.ToString(3) ?? "";
    private readonly IngestOptions _options;
    private readonly TimeProvider _time;
    private readonly Telemetry _telemetry;
    private readonly ILogger<DeadLetterProducer> _logger;
    private readonly LogLimiter<DeadLetterReason> _limiter;
    private readonly TransientErrors _errors;
    private readonly Lock _lock = new();
    private IProducer<byte[]?, byte[]>? _producer;

    public DeadLetterProducer(IngestOptions options, TimeProvider time, Telemetry telemetry, ILogger<DeadLetterProducer> logger)
    {
        _options = options;
        _time = time;
        _telemetry = telemetry;
        _logger = logger;
        _limiter = new LogLimiter<DeadLetterReason>(time);
        _errors = new TransientErrors(time, telemetry, logger);
    }

    public async Task WriteAsync(DecodedRecord.Poison poison, CancellationToken cancellation)
    {
        ConsumedRecord record = poison.Record;
        await SendAsync(
            new DeadLetter
            {
                Topic = record.Partition.Topic,
                Partition = record.Partition.Partition,
                Offset = record.Offset,
                TimestampMs = record.TimestampMs,
                Stage = "decode",
                Reason = poison.Reason,
                Detail = poison.Detail,
                Key = Memory(record.Key),
                Value = Memory(record.Value),
                ValueLength = record.Value?.Length ?? 0,
                FirstSeenMs = _time.GetUtcNow().ToUnixTimeMilliseconds(),
                PipelineVersion = Version,
            },
            cancellation);
        if (_limiter.Lets(poison.Reason, out long heldBack))
            Log.DeadLetter(_logger, record.Partition, record.Offset, poison.Reason, poison.Detail, heldBack);
    }

    /// <summary>The record itself is fine and stays where it is; the letter says which of its events, and which detector could not bear it.</summary>
    public Task ReportAsync(PoisonEvent poison, CancellationToken cancellation) =>
        SendAsync(
            new DeadLetter
            {
                Topic = poison.Partition.Topic,
                Partition = poison.Partition.Partition,
                Offset = poison.Offset,
                TimestampMs = 0,
                Stage = poison.Detector,
                Reason = DeadLetterReason.Unprocessable,
                Detail = $"event {poison.Event}: {poison.Reason}",
                Key = Encoding.UTF8.GetBytes(poison.Event.Node.Value),
                Value = null,
                ValueLength = 0,
                FirstSeenMs = _time.GetUtcNow().ToUnixTimeMilliseconds(),
                PipelineVersion = Version,
            },
            cancellation);

    public void Dispose()
    {
        lock (_lock)
        {
            _producer?.Dispose();
            _producer = null;
        }
    }

    private async Task SendAsync(DeadLetter letter, CancellationToken cancellation)
    {
        var partition = new PartitionId(letter.Topic, letter.Partition);
        Message<byte[]?, byte[]> message = MessageOf(letter);
        long started = _time.GetTimestamp();
        var delay = new ReopenDelay(LeastDelay, MostDelay);
        for (int attempt = 1; ; attempt++)
        {
            IProducer<byte[]?, byte[]> producer = Producer();
            try
            {
                await producer.ProduceAsync(_options.DeadLetterTopic, message, cancellation);
                _telemetry.DeadLetter(letter.Reason.ToString());
                return;
            }
            catch (KafkaException failure)
            {
                if (failure.Error.IsFatal) Discard(producer);
                if (_time.GetElapsedTime(started) + delay.After(attempt) > _options.DeadLetterWait)
                    throw new DeadLetterNotWrittenException($"The dead letter of {partition} offset {letter.Offset} was not written.", failure);
                _telemetry.DeadLetterRetried();
                Log.DeadLetterRetried(_logger, partition, letter.Offset, failure.Error.Reason);
                await Task.Delay(delay.After(attempt), _time, cancellation);
            }
        }
    }

    private static Message<byte[]?, byte[]> MessageOf(DeadLetter letter)
    {
        var value = new ArrayBufferWriter<byte>();
        DeadLetterCodec.Encode(letter, value);
        byte[]? key = letter.Key?[..Math.Min(letter.Key.Value.Length, DeadLetterCodec.MaxKeyBytes)].ToArray();
        return new Message<byte[]?, byte[]> { Key = key, Value = value.WrittenSpan.ToArray(), Headers = HeadersOf(letter) };
    }

    private static Headers HeadersOf(DeadLetter letter) => new()
    {
        { "content-type", Encoding.UTF8.GetBytes(WireFormat.ContentType) },
        { "dlq.topic", Encoding.UTF8.GetBytes(letter.Topic) },
        { "dlq.partition", Number(letter.Partition) },
        { "dlq.offset", Number(letter.Offset) },
        { "dlq.reason", Encoding.UTF8.GetBytes(letter.Reason.ToString()) },
        { "dlq.stage", Encoding.UTF8.GetBytes(letter.Stage) },
    };

    // Both the conversion from an array and a null in a conditional would silently make an empty value of none.
    private static ReadOnlyMemory<byte>? Memory(byte[]? bytes) => bytes is null ? default(ReadOnlyMemory<byte>?) : bytes;

    private static byte[] Number(long value) => Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private IProducer<byte[]?, byte[]> Producer()
    {
        lock (_lock) return _producer ??= Build();
    }

    /// <summary>A fatal error ends an idempotent producer; the next attempt builds another.</summary>
    private void Discard(IProducer<byte[]?, byte[]> producer)
    {
        lock (_lock)
        {
            if (_producer != producer) return;
            _producer = null;
        }

        producer.Dispose();
    }

    private IProducer<byte[]?, byte[]> Build()
    {
        var config = new ProducerConfig
        {
            BootstrapServers = _options.BootstrapServers,
            ClientId = "pipeline-dead-letters",
            MessageTimeoutMs = 10_000,
            QueueBufferingMaxMessages = 1024,
            QueueBufferingMaxKbytes = 64 * 1024,
            LingerMs = 5,
            CompressionType = CompressionType.Lz4,
            SocketKeepaliveEnable = true,
            AllowAutoCreateTopics = false,
        };
        foreach ((string name, string value) in _options.ClientSettings) config.Set(name, value);
        config.EnableIdempotence = true;
        config.Acks = Acks.All;
        return new ProducerBuilder<byte[]?, byte[]>(config)
            .SetKeySerializer(Serializers.ByteArray!)
            .SetErrorHandler((_, error) => _errors.Report(error))
            .SetLogHandler((_, line) => Log.ClientSays(_logger, line.Facility, line.Message))
            .Build();
    }
}
