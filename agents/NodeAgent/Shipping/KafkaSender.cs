using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;

namespace Agents.NodeAgent.Shipping;

/// <summary>
/// The log as a Kafka topic: an idempotent producer that waits for all in-sync replicas. Messages never time out inside the client; how
/// many may wait there is bounded
/// by the shipper. Idempotence ends with the producer: after a restart, or a failure that needs a new one, a message can be stored twice,
/// and readers drop the second
/// by its sequence numbers.
/// </summary>
internal sealed class KafkaSender : IBatchSender
{
    private static readonly byte[] ContentType = Encoding.UTF8.GetBytes(WireFormat.ContentType);

    private readonly ProducerConfig _config;
    private readonly string _topic;
    private readonly byte[] _key;
    private readonly Action<DeliveryReport> _report;
    private readonly Action<string> _trouble;
    private readonly ILogger _logger;
    private IProducer<byte[], byte[]> _producer;
    private volatile bool _spent;

    /// <param name="extra">Further settings of librdkafka (security.protocol and the like).</param>
    /// <param name="report">Told of every message's fate, on the client's thread.</param>
    /// <param name="trouble">Told when no broker can be reached, on the client's thread.</param>
    public KafkaSender(
        ShippingOptions options, NodeId node, IReadOnlyDictionary<string, string> extra, Action<DeliveryReport> report,
        Action<string> trouble, ILogger logger)
    {
        _topic = options.Topic;
        _key = Encoding.UTF8.GetBytes(node.Value);
        _report = report;
        _trouble = trouble;
        _logger = logger;
        _config = Config(options, node, extra);
        _producer = Build();
    }

    public void Send(OutgoingBatch batch)
    {
        var message = new Message<byte[], byte[]>
        {
            Key = batch.Key ?? _key,
            Value = batch.Value,
            // The kinds, so that readers can pass the message over without decoding it.
            Headers = new Headers { { "content-type", ContentType }, { NodeEventsCodec.KindsHeader, Encoding.UTF8.GetBytes(batch.Kinds) } },
        };
        try
        {
            _producer.Produce(_topic, message, delivery => Delivered(batch, delivery.Error));
        }
        catch (ProduceException<byte[], byte[]> refused)
        {
            Delivered(batch, refused.Error);
        }
    }

    public void Renew()
    {
        if (!_spent) return;
        _spent = false;
        _producer.Dispose();
        _producer = Build();
    }

    public void Dispose() => _producer.Dispose();

    private static ProducerConfig Config(ShippingOptions options, NodeId node, IReadOnlyDictionary<string, string> extra)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = options.Brokers,
            ClientId = $"node-agent-{node}",
            EnableIdempotence = true,
            Acks = Acks.All,
            CompressionType = CompressionType.Lz4,
            // As Java clients do, so that a node's events are in one partition whoever writes them.
            Partitioner = Partitioner.Murmur2Random,
            // The shipper has gathered the batch; nothing more is worth waiting for.
            LingerMs = 0,
            MessageTimeoutMs = 0,
            MessageMaxBytes = Math.Max(options.MessageBytes + 64 * 1024, 1_000_000),
            QueueBufferingMaxMessages = Math.Max(options.InFlight * 2, 1_000),
            ReconnectBackoffMaxMs = 5_000,
            EnableDeliveryReports = true,
            DeliveryReportFields = "none",
            SocketKeepaliveEnable = true,
        };
        foreach ((string name, string value) in extra) config.Set(name, value);
        return config;
    }

    private IProducer<byte[], byte[]> Build() => new ProducerBuilder<byte[], byte[]>(_config)
        .SetErrorHandler((_, error) => Failed(error))
        .SetLogHandler((_, line) => Log.ClientLine(_logger, line.Facility, line.Message))
        .Build();

    private void Failed(Error error)
    {
        if (error.IsFatal) _spent = true;
        if (error.IsFatal || error.Code is ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Authentication
            or ErrorCode.SaslAuthenticationFailed) _trouble(error.Reason);
    }

    private void Delivered(OutgoingBatch batch, Error error)
    {
        if (error.IsFatal) _spent = true;
        _report(new DeliveryReport(batch, OutcomeOf(error), error.IsError ? error.Reason : ""));
    }

    private static DeliveryOutcome OutcomeOf(Error error) => error.Code switch
    {
        ErrorCode.NoError => DeliveryOutcome.Stored,
        ErrorCode.MsgSizeTooLarge or ErrorCode.InvalidMsg or ErrorCode.InvalidMsgSize or ErrorCode.InvalidRecord
            or ErrorCode.RecordListTooLarge
            or ErrorCode.InvalidTimestamp => DeliveryOutcome.Refused,
        _ => DeliveryOutcome.FailedForNow,
    };
}
