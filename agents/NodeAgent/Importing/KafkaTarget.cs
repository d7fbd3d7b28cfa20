using System.Collections.Concurrent;
using Agents.NodeAgent.Shipping;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Importing;

/// <summary>
/// The topic, through the agent's own producer, with a sender for each node since the key is the node's name. A message that failed is sent
/// again while nothing behind it was stored; one that is refused for good ends the import, since an import that skips events is worse than
/// none.
/// </summary>
internal sealed class KafkaTarget(ImportOptions options, TimeProvider time) : IImportTarget
{
    /// <summary>Senders at a time; a recording of more nodes waits for one of them to be done first.</summary>
    public const int MostSenders = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, NodeLane> _lanes = new(StringComparer.Ordinal);
    private volatile string? _trouble;

    public async Task SendAsync(NodeId node, OutgoingBatch message, CancellationToken cancellation)
    {
        if (!_lanes.TryGetValue(node.Value, out NodeLane? lane))
        {
            if (_lanes.Count >= MostSenders) await RetireAsync(cancellation);
            lane = new NodeLane(this, node);
            _lanes.Add(node.Value, lane);
        }

        while (lane.InFlight >= options.Shipping.InFlight) await lane.SettleAsync(cancellation);
        lane.Send(message);
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        foreach (NodeLane lane in _lanes.Values)
        {
            while (lane.InFlight > 0) await lane.SettleAsync(cancellation);
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (NodeLane lane in _lanes.Values) lane.Dispose();
        _lanes.Clear();
        return ValueTask.CompletedTask;
    }

    private async Task RetireAsync(CancellationToken cancellation)
    {
        (string name, NodeLane lane) = _lanes.First();
        while (lane.InFlight > 0) await lane.SettleAsync(cancellation);
        lane.Dispose();
        _lanes.Remove(name);
    }

    /// <summary>What is on its way of one node.</summary>
    private sealed class NodeLane : IDisposable
    {
        private readonly KafkaTarget _target;
        private readonly InFlightWindow _window = new();
        private readonly Pulse _arrived = new();

        // Bounded by the number of messages in flight.
        private readonly ConcurrentQueue<DeliveryReport> _reports = new();
        private readonly KafkaSender _sender;

        public NodeLane(KafkaTarget target, NodeId node)
        {
            _target = target;
            _sender = new KafkaSender(
                target.Options.Shipping, node, target.Options.Kafka, Reported, reason => target._trouble = reason, NullLogger.Instance);
        }

        public int InFlight => _window.Count;

        public void Send(OutgoingBatch message)
        {
            _window.Sent(message);
            _sender.Send(message);
        }

        /// <summary>Waits for reports and acts upon them.</summary>
        public async Task SettleAsync(CancellationToken cancellation)
        {
            if (_window.HasFailed && !_window.HasOutstanding)
            {
                await Task.Delay(Pause, _target.Time, cancellation);
                _sender.Renew();
                foreach (OutgoingBatch again in _window.TakeFailed()) _sender.Send(again);
            }

            await WaitAsync(cancellation);
            while (_reports.TryDequeue(out DeliveryReport report))
            {
                _window.Report(report.Batch, report.Outcome);
                if (report.Outcome != DeliveryOutcome.Stored) _target._trouble = report.Reason;
            }

            if (_window.TakeLost() is { Count: > 0 }) throw new ImportStoppedException($"a message was refused: {_target._trouble}");
        }

        public void Dispose() => _sender.Dispose();

        private async Task WaitAsync(CancellationToken cancellation)
        {
            using var patience = new CancellationTokenSource(_target.Options.Patience, _target.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
            try
            {
                await _arrived.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                ImportOptions options = _target.Options;
                string trouble = _target._trouble ?? "no answer";
                throw new ImportStoppedException(
                    $"the log at {options.Shipping.Brokers} has taken nothing for {options.Patience.TotalSeconds:F0} s: {trouble}");
            }
        }

        private void Reported(DeliveryReport report)
        {
            _reports.Enqueue(report);
            _arrived.Set();
        }
    }

    private ImportOptions Options => options;

    private TimeProvider Time => time;
}
