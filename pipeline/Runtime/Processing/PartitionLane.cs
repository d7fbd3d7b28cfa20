using Akka.Actor;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Events;
using Pipeline.Runtime.Policies;
using Pipeline.Runtime.Ports;

namespace Pipeline.Runtime.Processing;

/// <summary>
/// A partition's actor and its committer, in step: requests to the actor never overlap (calls and the checkpoint timer take turns), and a
/// snapshot is handed to the committer in the same turn that it was taken in, so that it stands behind exactly the alarms of the offsets
/// below it.
/// </summary>
internal sealed class PartitionLane : IPartitionLane
{
    private readonly PartitionId _partition;
    private readonly IActorRef _actor;
    private readonly Task _terminated;
    private readonly Committer _committer;
    private readonly LaneFaults _faults;
    private readonly LanePolicy _policy;
    private readonly IDisposable _following;
    private readonly RuntimeOptions _options;
    private readonly Telemetry _telemetry;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ITimer _timer;
    private long _next;
    private int _sinceCheckpoint;
    private volatile bool _checkpointDue;
    private LaneOutcome? _end;
    private int _disposed;

    public PartitionLane(
        PartitionCheckpoint from, IActorRef actor, Committer committer,
        LaneFaults faults, LanePolicy policy, PolicyShelf shelf, RuntimeOptions options,
        TimeProvider time, Telemetry telemetry, ILogger logger)
    {
        _partition = from.Partition;
        _next = from.NextOffset ?? 0;
        _policy = policy;
        _actor = actor;
        _terminated = actor.WatchAsync();
        _committer = committer;
        _faults = faults;
        _options = options;
        _telemetry = telemetry;
        _logger = logger;
        telemetry.LaneOpened();
        if (policy.First is { } first) committer.Add(first);
        _following = shelf.Follow(() => _ = FollowPolicyAsync());
        _timer = time.CreateTimer(_ => _ = CheckpointOnTimeAsync(), null, options.CheckpointInterval, options.CheckpointInterval);
    }

    public long? DurableOffset => _committer.DurableOffset;

    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">While waiting for the store; the batch was not run. Once it runs, it runs to its
    /// end.</exception>
    public Task<LaneOutcome> FeedAsync(EventBatch batch, long offset, CancellationToken cancellation) => InTurnAsync(
        async () =>
        {
            await _committer.WaitForRoomAsync(cancellation);
            if (_committer.IsFenced) return End(new LaneOutcome.Fenced());
            if (await ReachAsync(offset) is not LaneOutcome.Done and var ended) return ended;
            return _faults.PassesOver(batch) ? await MoveAsync(offset) : await RunAsync(batch, offset);
        },
        cancellation);

    public Task<LaneOutcome> SkipAsync(long offset, CancellationToken cancellation) => InTurnAsync(
        async () => await ReachAsync(offset) is not LaneOutcome.Done and var ended ? ended : await MoveAsync(offset), cancellation);

    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">The store did not take everything in time.</exception>
    public Task<LaneOutcome> DrainAsync(CancellationToken cancellation) => InTurnAsync(
        async () =>
        {
            await _committer.WaitForSnapshotAsync(cancellation);
            LaneOutcome outcome = _sinceCheckpoint > 0 && !_committer.IsFenced ? await CheckpointAsync() : new LaneOutcome.Done();
            if (outcome is not LaneOutcome.Done) return outcome;
            await _committer.WaitUntilStoredAsync(cancellation);
            return _committer.IsFenced ? End(new LaneOutcome.Fenced()) : outcome;
        },
        cancellation);

    /// <summary>Stops without storing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _following.Dispose();
        await _timer.DisposeAsync();
        await _turn.WaitAsync();
        _end ??= new LaneOutcome.Failed("The lane is closed");
        _turn.Release();
        await _committer.DisposeAsync();
        _actor.Tell(PoisonPill.Instance);
        await _terminated;
        _telemetry.LaneClosed();
    }

    private async Task<LaneOutcome> InTurnAsync(Func<Task<LaneOutcome>> step, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return _end ?? await step();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<LaneOutcome> RunAsync(EventBatch batch, long offset)
    {
        PartitionAnswer answer = await AskAsync(new RunBatch(batch));
        if (answer is not PartitionAnswer.Ran(var alarms)) return await BreakAsync(answer, offset);
        if (!alarms.IsEmpty) _policy.Reach(offset + 1);
        _committer.Add(alarms, _policy.Reached);
        return await MoveAsync(offset);
    }

    /// <summary>Before the record at an offset: takes up the changes of the policy that are due.</summary>
    private async Task<LaneOutcome> ReachAsync(long offset)
    {
        if (offset < _next) _committer.Add(_policy.BeginAgain(offset));
        while (_policy.TakeDue(offset) is { } change)
        {
            if (change.Position is { } position) _committer.Add(position);
            if (change.Policy is not { } policy) continue;
            PartitionAnswer answer = await AskAsync(new ChangeDetectors(policy.Roster.Posts));
            if (answer is not PartitionAnswer.Changed) return await BreakAsync(answer, offset);
            _telemetry.PolicyChanged();
            Log.PolicyHolds(_logger, _partition, policy.Document.Id, policy.Document.Version, policy.Document.Hash, offset);
        }

        return new LaneOutcome.Done();
    }

    /// <summary>On an idle lane too a change is taken up at once, at the offset that comes next.</summary>
    private async Task FollowPolicyAsync()
    {
        try
        {
            await InTurnAsync(() => ReachAsync(_next), CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.LaneBroken(_logger, _partition, e.Message);
            End(new LaneOutcome.Failed(e.Message));
        }
    }

    private async Task<LaneOutcome> MoveAsync(long offset)
    {
        _next = offset + 1;
        _sinceCheckpoint++;
        if (_committer.IsFenced) return End(new LaneOutcome.Fenced());
        return _checkpointDue || _sinceCheckpoint >= _options.CheckpointRecords ? await CheckpointAsync() : new LaneOutcome.Done();
    }

    /// <summary>
    /// On an idle lane the timer takes the checkpoint itself; on a busy one it leaves it to whose turn it is, so that no timers queue up
    /// while the store is away.
    /// </summary>
    private async Task CheckpointOnTimeAsync()
    {
        _checkpointDue = true;
        if (!await _turn.WaitAsync(0)) return;
        try
        {
            if (_end is null && _sinceCheckpoint > 0) await CheckpointAsync();
        }
        catch (Exception e)
        {
            Log.LaneBroken(_logger, _partition, e.Message);
            End(new LaneOutcome.Failed(e.Message));
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<LaneOutcome> CheckpointAsync()
    {
        if (_committer.HasSnapshot) return new LaneOutcome.Done();
        PartitionAnswer answer = await AskAsync(TakeState.Instance);
        if (answer is not PartitionAnswer.State(var bytes, var inventory)) return await BreakAsync(answer, _next);
        _committer.Add(new StateSnapshot(_next, bytes) { Inventory = inventory }, _policy.Reached);
        _sinceCheckpoint = 0;
        _checkpointDue = false;
        return new LaneOutcome.Done();
    }

    /// <summary>
    /// The answer, or that the actor is gone. Never cancelled: while the actor may read a batch nobody else may write it.
    /// </summary>
    private async Task<PartitionAnswer> AskAsync(object request)
    {
        Task<PartitionAnswer> answer = _actor.Ask<PartitionAnswer>(request, Timeout.InfiniteTimeSpan);
        await Task.WhenAny(answer, _terminated);
        return answer.IsCompleted ? await answer : new PartitionAnswer.Broken("The partition's actor ended", []);
    }

    private async Task<LaneOutcome> BreakAsync(PartitionAnswer answer, long offset)
    {
        var broken = answer as PartitionAnswer.Broken ?? new PartitionAnswer.Broken($"Unexpected answer {answer.GetType().Name}", []);
        Log.LaneBroken(_logger, _partition, broken.Reason);
        await _faults.NoteAsync(broken.Faults, offset);
        return End(new LaneOutcome.Failed(broken.Reason));
    }

    private LaneOutcome End(LaneOutcome outcome) => _end = outcome;
}
