using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Agents.NodeAgent.Sequencing;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Shipping;

/// <summary>
/// Takes events from the queue, sends them to the log in order, and sees to it that each is stored or reported as lost. One loop owns all of it; delivery reports come in
/// from the sender's thread through <see cref="Reported"/>.
/// </summary>
internal sealed class Shipper(EventQueue queue, SequenceKeeper sequence, BatchEncoder encoder, ShippingOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // Bounded by the number of messages in flight.
    private readonly ConcurrentQueue<DeliveryReport> _reports = new();
    private readonly InFlightWindow _window = new();
    private readonly List<TakenEvent> _events = [];
    private readonly List<OutgoingBatch> _messages = [];
    private readonly List<TakenEvent> _tooLarge = [];
    private TimeSpan _pause = FirstPause;
    private long _lastSend = time.GetTimestamp() - time.TimestampFrequency;
    private volatile bool _stopping;
    private volatile string? _trouble;
    private int _waiting;

    /// <summary>Why nothing reaches the log at the moment; null while messages are being stored.</summary>
    public string? Trouble => _trouble;

    /// <summary>Events in messages that are on their way.</summary>
    public int EventsInFlight => Volatile.Read(ref _waiting);

    /// <summary>Takes a delivery report. From any thread.</summary>
    public void Reported(DeliveryReport report)
    {
        _reports.Enqueue(report);
        queue.Arrived.Set();
    }

    /// <summary>Notes that the log cannot be reached; said once, until a message is stored again. From any thread.</summary>
    public void Troubled(string reason)
    {
        if (Interlocked.CompareExchange(ref _trouble, reason, null) is null) Log.LogAway(logger, options.Brokers, reason);
    }

    /// <summary>Makes <see cref="RunAsync"/> end when everything taken so far has been stored.</summary>
    public void Stop()
    {
        _stopping = true;
        queue.Arrived.Set();
    }

    /// <summary>Ships until <see cref="Stop"/> and then until nothing is left. Throws only when cancelled; what is then left was neither stored nor reported.</summary>
    public async Task RunAsync(IBatchSender sender, CancellationToken cancellation)
    {
        while (true)
        {
            ApplyReports();
            if (_stopping && queue.IsEmpty && _window.Count == 0) return;
            if (_window.HasFailed && !_window.HasOutstanding)
            {
                await SendAgainAsync(sender, cancellation);
            }
            else if (!_window.HasFailed && _window.Count < options.InFlight && !queue.IsEmpty)
            {
                await LingerAsync(cancellation);
                SendNext(sender);
            }
            else
            {
                await queue.Arrived.WaitAsync(cancellation);
            }
        }
    }

    private async Task SendAgainAsync(IBatchSender sender, CancellationToken cancellation)
    {
        await Task.Delay(_pause, time, cancellation);
        _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
        sender.Renew();
        foreach (OutgoingBatch batch in _window.TakeFailed()) sender.Send(batch);
    }

    /// <summary>Spaces messages out, unless the next is full or the agent is about to end.</summary>
    private async Task LingerAsync(CancellationToken cancellation)
    {
        TimeSpan rest = options.Linger - time.GetElapsedTime(_lastSend);
        if (rest > TimeSpan.Zero && !_stopping && queue.Count < options.BatchEvents) await Task.Delay(rest, time, cancellation);
        _lastSend = time.GetTimestamp();
    }

    private void SendNext(IBatchSender sender)
    {
        queue.TakeBatch(_events, options.BatchEvents, options.MessageBytes);
        _messages.Clear();
        _tooLarge.Clear();
        encoder.Encode(CollectionsMarshal.AsSpan(_events), _messages, _tooLarge);
        foreach (OutgoingBatch message in _messages)
        {
            _window.Sent(message);
            sender.Send(message);
        }

        foreach (TakenEvent taken in _tooLarge)
        {
            Log.EventTooLarge(logger, taken.Sequence, options.MessageBytes);
            Lose(taken.Sequence, 1, BatchEncoder.Reports([taken]).AsSpan());
        }

        Volatile.Write(ref _waiting, _window.Events);
    }

    private void ApplyReports()
    {
        bool any = false;
        while (_reports.TryDequeue(out DeliveryReport report))
        {
            any = true;
            _window.Report(report.Batch, report.Outcome);
            if (report.Outcome == DeliveryOutcome.Stored) Stored();
            else if (report.Outcome == DeliveryOutcome.FailedForNow) Troubled(report.Reason);
            else Log.MessageRefused(logger, report.Batch.First, report.Batch.Last, report.Reason);
        }

        if (!any) return;
        foreach (OutgoingBatch lost in _window.TakeLost()) Lose(lost.First, lost.Count, lost.Reports.AsSpan());
        sequence.Settle(Math.Min(queue.OldestUnsettled(), _window.OldestUnsettled() ?? long.MaxValue));
        Volatile.Write(ref _waiting, _window.Events);
    }

    private void Stored()
    {
        _pause = FirstPause;
        if (Interlocked.Exchange(ref _trouble, null) is not null) Log.LogBack(logger, options.Brokers);
    }

    private void Lose(long first, int count, ReadOnlySpan<LostRange> unreported) =>
        queue.Report([new LostRange(LossCause.Rejected, count, first, first + count - 1)], unreported);
}
