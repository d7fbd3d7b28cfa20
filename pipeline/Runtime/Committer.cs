using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Alarms;
using Pipeline.Runtime.Ports;

namespace Pipeline.Runtime;

/// <summary>
/// Stores what one partition produces, in order, one commit at a time. Alarms go at once; what gathers while a commit is under way goes
/// into the next. The invariant: a snapshot is stored together with or after every alarm of the offsets below it, and before any later one
/// is handed over with it. While the store is away it tries again and again; the queue is bounded by its user, who waits in <see
/// cref="WaitForRoomAsync"/>. Thread-safe.
/// </summary>
internal sealed class Committer : IAsyncDisposable
{
    private readonly PartitionCheckpoint _from;
    private readonly IAlarmStore _store;
    private readonly RuntimeOptions _options;
    private readonly TimeProvider _time;
    private readonly Telemetry _telemetry;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<bool> _work = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();
    private readonly Queue<(AlarmEvent Event, long Reached)> _alarms = new();
    private readonly Task _loop;
    private readonly List<PolicyPosition> _policies = [];
    private int _policiesUnderWay;
    private StateSnapshot? _snapshot;
    private long _reachedAtSnapshot;
    private int _alarmsBeforeSnapshot;
    private bool _committing;
    private bool _fenced;
    private long? _durable;
    private TaskCompletionSource _changed = NewSignal();

    /// <param name="scheduler">Runs the loop; the thread pool's where none is given. A simulation gives one that it steps by hand.</param>
    public Committer(
        PartitionCheckpoint from, IAlarmStore store, RuntimeOptions options, TimeProvider time, Telemetry telemetry, ILogger logger,
        TaskScheduler? scheduler = null)
    {
        _from = from;
        _store = store;
        _options = options;
        _time = time;
        _telemetry = telemetry;
        _logger = logger;
        _loop = Task.Factory.StartNew(
            RunAsync, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler ?? TaskScheduler.Default).Unwrap();
    }

    /// <summary>Next offset of the last snapshot that was stored; null before the first.</summary>
    public long? DurableOffset
    {
        get
        {
            lock (_lock) return _durable;
        }
    }

    /// <summary>Whether a snapshot waits or is being stored; there is no use in taking another meanwhile.</summary>
    public bool HasSnapshot
    {
        get
        {
            lock (_lock) return _snapshot is not null;
        }
    }

    public bool IsFenced
    {
        get
        {
            lock (_lock) return _fenced;
        }
    }

    /// <param name="reached">See <see cref="PartitionCheckpoint.Reached"/>, with these alarms stored.</param>
    public void Add(ImmutableArray<AlarmEvent> alarms, long reached)
    {
        if (alarms.IsEmpty) return;
        _telemetry.Alarms(alarms);
        lock (_lock)
        {
            foreach (AlarmEvent alarm in alarms) _alarms.Enqueue((alarm, reached));
        }

        _work.Writer.TryWrite(true);
    }

    /// <summary>
    /// A change of the policy, before what is made under it is added. It is stored with the next alarm or snapshot: until something follows,
    /// nothing depends on it.
    /// </summary>
    public void Add(PolicyPosition position)
    {
        lock (_lock)
        {
            // Of several at one offset only the last was ever in use.
            if (_policies.Count > _policiesUnderWay && _policies[^1].Offset == position.Offset) _policies[^1] = position;
            else _policies.Add(position);
        }
    }

    /// <summary>A snapshot after every alarm that was added so far. Not while <see cref="HasSnapshot"/>.</summary>
    public void Add(StateSnapshot snapshot, long reached)
    {
        lock (_lock)
        {
            if (_snapshot is not null) throw new InvalidOperationException("A snapshot is waiting already");
            _snapshot = snapshot;
            _reachedAtSnapshot = reached;
            _alarmsBeforeSnapshot = _alarms.Count;
        }

        _work.Writer.TryWrite(true);
    }

    /// <summary>Waits while too many alarms wait for the store.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellation) => WaitAsync(() => _alarms.Count < _options.AlarmsWaiting, cancellation);

    /// <summary>Waits until everything is stored.</summary>
    public Task WaitUntilStoredAsync(CancellationToken cancellation) =>
        WaitAsync(() => _alarms.Count == 0 && _snapshot is null && !_committing, cancellation);

    /// <summary>Waits until no snapshot waits.</summary>
    public Task WaitForSnapshotAsync(CancellationToken cancellation) => WaitAsync(() => _snapshot is null, cancellation);

    /// <summary>Stops without storing what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        lock (_lock) _telemetry.NoLongerWaiting(_alarms.Count);
        _stopping.Dispose();
    }

    /// <summary>
    /// Waits for a condition on the guarded state, or until the partition is fenced, after which nothing here changes any more.
    /// </summary>
    private async Task WaitAsync(Func<bool> condition, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_fenced || condition()) return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _work.Reader.WaitToReadAsync(_stopping.Token))
            {
                _work.Reader.TryRead(out _);
                while (Next() is { } commit)
                {
                    CommitOutcome outcome = await StoreAsync(commit);
                    Settle(commit, outcome);
                    if (outcome is CommitOutcome.Fenced) return;
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>What comes next, left in the queue until it is stored; null when there is nothing.</summary>
    private PartitionCommit? Next()
    {
        lock (_lock)
        {
            int most = Math.Min(_options.AlarmsPerCommit, _snapshot is null ? _alarms.Count : _alarmsBeforeSnapshot);
            bool withSnapshot = _snapshot is not null && most == _alarmsBeforeSnapshot;
            _committing = most > 0 || withSnapshot;
            if (!_committing) return null;
            _policiesUnderWay = _policies.Count;
            (AlarmEvent Event, long Reached)[] alarms = [.. _alarms.Take(most)];
            return new PartitionCommit(_from.Partition, _from.Token, [.. alarms.Select(a => a.Event)], withSnapshot ? _snapshot : null)
            {
                Policies = [.. _policies],
                Reached = withSnapshot ? _reachedAtSnapshot : alarms[^1].Reached,
            };
        }
    }

    private async Task<CommitOutcome> StoreAsync(PartitionCommit commit)
    {
        TimeSpan delay = _options.RetryDelayLeast;
        for (int attempt = 1; ; attempt++)
        {
            long started = _time.GetTimestamp();
            CommitOutcome outcome = await TryAsync(commit);
            _telemetry.Committed(_time.GetElapsedTime(started), outcome.GetType().Name);
            if (outcome is not CommitOutcome.Unavailable(var reason))
            {
                if (attempt > 1) Log.StoreBack(_logger, _from.Partition, attempt);
                return outcome;
            }

            // Every doubling is enough to see that it is still away.
            if (int.IsPow2(attempt)) Log.StoreAway(_logger, _from.Partition, attempt, delay.TotalMilliseconds, reason);
            _telemetry.CommitRetried();
            await Task.Delay(delay, _time, _stopping.Token);
            delay = delay * 2 < _options.RetryDelayMost ? delay * 2 : _options.RetryDelayMost;
        }
    }

    private async Task<CommitOutcome> TryAsync(PartitionCommit commit)
    {
        try
        {
            return await _store.CommitAsync(commit, _stopping.Token);
        }
        catch (Exception e) when (!_stopping.IsCancellationRequested)
        {
            // Not expected, and still no reason to lose what is to be stored.
            Log.StoreFailed(_logger, e, _from.Partition);
            return new CommitOutcome.Unavailable(e.Message);
        }
    }

    private void Settle(PartitionCommit commit, CommitOutcome outcome)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _committing = false;
            if (outcome is CommitOutcome.Fenced)
            {
                _fenced = true;
                Log.Fenced(_logger, _from.Partition);
            }
            else
            {
                for (int i = 0; i < commit.Alarms.Length; i++) _alarms.Dequeue();
                _telemetry.NoLongerWaiting(commit.Alarms.Length);
                _alarmsBeforeSnapshot -= commit.Alarms.Length;
                _policies.RemoveRange(0, commit.Policies.Length);
                _policiesUnderWay = 0;
                if (commit.Snapshot is { } stored)
                {
                    _durable = stored.NextOffset;
                    _snapshot = null;
                    _telemetry.Checkpoint(stored.State.Length);
                }
            }

            changed = _changed;
            _changed = NewSignal();
        }

        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
