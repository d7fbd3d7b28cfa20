using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Agents.NodeAgent.Sequencing;
using Agents.NodeAgent.Shipping.Spool;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Shipping;

/// <summary>
/// Takes events from the queue, sends them to the log in order, and sees to it that each is stored or reported as lost. While the log is
/// away messages go to the spool, where there is one, and from there to the log before anything newer. One loop owns all of it; delivery
/// reports come in from the sender's thread through <see cref="Reported"/>.
/// </summary>
internal sealed class Shipper(
    EventQueue queue, SequenceKeeper sequence, BatchEncoder encoder, ShippingOptions options, TimeProvider time, ILogger logger,
    DiskSpool? spool = null)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>How long a log that says nothing at all counts as being there.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(5);

    // Bounded by the number of messages in flight.
    private readonly ConcurrentQueue<DeliveryReport> _reports = new();
    private readonly InFlightWindow _window = new();
    private readonly List<TakenEvent> _events = [];
    private readonly List<OutgoingBatch> _messages = [];
    private readonly List<TakenEvent> _tooLarge = [];

    // Encoded and neither sent nor in the spool: what was taken from the queue at once, at most.
    private readonly Queue<OutgoingBatch> _pending = new();

    // Lost for good, and kept in the spool until their loss has been reported.
    private readonly List<OutgoingBatch> _lost = [];
    private TimeSpan _pause = FirstPause;
    private long _retryAt = long.MaxValue;
    private long _lastSend = time.GetTimestamp() - time.TimestampFrequency;
    private long _heardAt = time.GetTimestamp();
    private bool _spooling = spool is { IsEmpty: false };
    private bool _freed;
    private volatile bool _stopping;
    private volatile string? _trouble;
    private int _waiting;

    /// <summary>Why nothing reaches the log at the moment; null while messages are being stored.</summary>
    public string? Trouble => _trouble;

    /// <summary>Events in messages that are on their way and in no spool: the end of the process would lose them.</summary>
    public int EventsInFlight => Volatile.Read(ref _waiting);

    /// <summary>True when <see cref="RunAsync"/> was cancelled and everything that was left is safe in the spool.</summary>
    public bool RestIsSpooled { get; private set; }

    /// <summary>Takes a delivery report. From any thread.</summary>
    public void Reported(DeliveryReport report)
    {
        _reports.Enqueue(report);
        queue.Arrived.Set();
    }

    /// <summary>Notes that the log cannot be reached; said once, until a message is stored again. From any thread.</summary>
    public void Troubled(string reason)
    {
        if (Interlocked.CompareExchange(ref _trouble, reason, null) is not null) return;
        Log.LogAway(logger, options.Brokers, reason);
        queue.Arrived.Set();
    }

    /// <summary>Makes <see cref="RunAsync"/> end when everything taken so far has been stored.</summary>
    public void Stop()
    {
        _stopping = true;
        queue.Arrived.Set();
    }

    /// <summary>
    /// Ships until <see cref="Stop"/> and then until nothing is left. Throws only when cancelled; what is then left is in the spool, or was
    /// neither stored nor reported.
    /// </summary>
    public async Task RunAsync(IBatchSender sender, CancellationToken cancellation)
    {
        await using ITimer retry = time.CreateTimer(_ => queue.Arrived.Set(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            while (true)
            {
                ApplyReports();
                if (_stopping && IsDone) return;
                if (IsSpooling) await SpoolAsync(cancellation);
                if (!await TrySendAsync(sender, retry, cancellation)) await queue.Arrived.WaitAsync(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            KeepRest();
            throw;
        }
    }

    private bool IsDone => queue.IsEmpty && _pending.Count == 0 && _window.Count == 0 && spool is not { HasUnread: true };

    private bool IsSpooling => spool is not null && (spool.HasUnread || _trouble is not null || IsSilent);

    private bool IsSilent => _window.HasOutstanding && time.GetElapsedTime(_heardAt) > LongestSilence;

    /// <summary>Sends the next thing that is due; false when there is none.</summary>
    private async Task<bool> TrySendAsync(IBatchSender sender, ITimer retry, CancellationToken cancellation)
    {
        if (_window.HasFailed) return !_window.HasOutstanding && TrySendAgain(sender, retry);
        if (_window.Count >= options.InFlight) return false;
        if (spool?.Read() is { } kept)
        {
            Send(sender, kept);
            return true;
        }

        if (_pending.Count == 0)
        {
            if (queue.IsEmpty) return false;
            await LingerAsync(cancellation);
            Encode();
        }

        while (_pending.TryDequeue(out OutgoingBatch? message)) Send(sender, message);
        Count();
        return true;
    }

    private bool TrySendAgain(IBatchSender sender, ITimer retry)
    {
        if (_retryAt == long.MaxValue)
        {
            _retryAt = time.GetTimestamp() + (long)(_pause.TotalSeconds * time.TimestampFrequency);
            retry.Change(_pause, Timeout.InfiniteTimeSpan);
            _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
        }

        if (time.GetTimestamp() < _retryAt) return false;
        _retryAt = long.MaxValue;
        sender.Renew();
        foreach (OutgoingBatch batch in _window.TakeFailed()) sender.Send(batch);
        return true;
    }

    private void Send(IBatchSender sender, OutgoingBatch message)
    {
        if (!_window.HasOutstanding) _heardAt = time.GetTimestamp();
        _window.Sent(message);
        sender.Send(message);
    }

    /// <summary>Spaces messages out, unless the next is full or the agent is about to end.</summary>
    private async Task LingerAsync(CancellationToken cancellation)
    {
        TimeSpan rest = options.Linger - time.GetElapsedTime(_lastSend);
        if (rest > TimeSpan.Zero && !_stopping && queue.Count < options.BatchEvents) await Task.Delay(rest, time, cancellation);
        _lastSend = time.GetTimestamp();
    }

    /// <summary>Takes the oldest events from the queue and makes messages of them.</summary>
    private void Encode()
    {
        queue.TakeBatch(_events, options.BatchEvents, options.MessageBytes);
        _messages.Clear();
        _tooLarge.Clear();
        encoder.Encode(CollectionsMarshal.AsSpan(_events), _messages, _tooLarge);
        foreach (OutgoingBatch message in _messages) _pending.Enqueue(message);
        foreach (TakenEvent taken in _tooLarge)
        {
            Log.EventTooLarge(logger, taken.Sequence, options.MessageBytes);
            queue.Report([new LostRange(LossCause.Rejected, 1, taken.Sequence, taken.Sequence)], BatchEncoder.Reports([taken]).AsSpan());
        }
    }

    private async Task SpoolAsync(CancellationToken cancellation)
    {
        if (!queue.IsEmpty && spool!.HasRoom(options.MessageBytes)) await LingerAsync(cancellation);
        Spool();
    }

    /// <summary>
    /// Puts into the spool what is on its way, then what waits behind it, oldest first and without leaving one out, until it takes no more.
    /// </summary>
    private void Spool()
    {
        foreach (OutgoingBatch batch in _window.Batches)
        {
            if (!spool!.Holds(batch) && !spool.TryAppend(batch, given: true)) return;
        }

        while (spool!.HasRoom(options.MessageBytes))
        {
            if (_pending.Count == 0) Encode();
            if (!_pending.TryPeek(out OutgoingBatch? next) || !spool.TryAppend(next, given: false)) break;
            _pending.Dequeue();
        }

        Count();
        if (_spooling || spool.IsEmpty) return;
        _spooling = true;
        Log.SpoolUsed(logger, spool.Directory);
        sequence.Save();
    }

    private void KeepRest()
    {
        if (spool is null) return;
        ApplyReports();
        Spool();
        spool.Sync();
        RestIsSpooled = queue.IsEmpty && _pending.Count == 0 && _window.Batches.All(spool.Holds);
    }

    private void ApplyReports()
    {
        foreach (LostRange lost in spool?.TakeLost() ?? []) queue.Report([lost], []);
        bool any = false;
        while (_reports.TryDequeue(out DeliveryReport report))
        {
            any = true;
            _window.Report(report.Batch, report.Outcome);
            if (report.Outcome == DeliveryOutcome.Stored) Stored(report.Batch);
            else if (report.Outcome == DeliveryOutcome.FailedForNow) Troubled(report.Reason);
            else Log.MessageRefused(logger, report.Batch.First, report.Batch.Last, report.Reason);
        }

        if (!any) return;
        _heardAt = time.GetTimestamp();
        foreach (OutgoingBatch lost in _window.TakeLost()) Lose(lost);
        Settle();
        Count();
    }

    private void Stored(OutgoingBatch batch)
    {
        _pause = FirstPause;
        if (Interlocked.Exchange(ref _trouble, null) is not null) Log.LogBack(logger, options.Brokers);
        Release(batch);
    }

    /// <summary>The numbers of an earlier boot would be taken for those of this one, and so its losses are reported without.</summary>
    private void Lose(OutgoingBatch batch)
    {
        bool numbered = batch.Era == OutgoingBatch.ThisBoot;
        var lost = new LostRange(LossCause.Rejected, batch.Count, numbered ? batch.First : 0, numbered ? batch.Last : 0);
        queue.Report([lost], batch.Reports.AsSpan());
        if (spool?.Holds(batch) == true) _lost.Add(batch);
    }

    private void Settle()
    {
        long below = Math.Min(queue.OldestUnsettled(), _window.OldestUnsettled() ?? long.MaxValue);
        foreach (OutgoingBatch pending in _pending) below = Math.Min(below, pending.Lowest);
        for (int i = _lost.Count - 1; i >= 0; i--)
        {
            if (_lost[i].Era == OutgoingBatch.ThisBoot && _lost[i].Last >= below) continue;
            Release(_lost[i]);
            _lost.RemoveAt(i);
        }

        sequence.Settle(Math.Min(below, spool?.OldestUnsettled ?? long.MaxValue));
        if (!_freed) return;
        // What the spool no longer holds must not look open to the next run.
        _freed = false;
        sequence.Save();
        if (!_spooling || !spool!.IsEmpty) return;
        _spooling = false;
        Log.SpoolEmptied(logger, spool.Directory);
    }

    private void Release(OutgoingBatch batch) => _freed |= spool?.Settle(batch) == true;

    private void Count()
    {
        int inFlight = spool is { IsEmpty: false }
            ? _window.Batches.Where(batch => !spool.Holds(batch)).Sum(batch => batch.Count)
            : _window.Events;
        Volatile.Write(ref _waiting, _pending.Sum(message => message.Count) + inFlight);
    }
}
