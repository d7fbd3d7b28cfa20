using Pipeline.Domain.Alarms;
using Pipeline.Runtime.Ports;

namespace Simulation;

/// <summary>
/// The rules of the real store in memory: fencing tokens that only grow, alarms and checkpoint in one step or not at all, every event once
/// by its id, a stream begins with its raising. A commit waits until the simulation says what becomes of it, which may be after its writer
/// has died.
/// </summary>
internal sealed class SimulatedStore(StoreFlaw flaw) : IAlarmStore
{
    private readonly Dictionary<PartitionId, PartitionCheckpoint> _checkpoints = [];
    private readonly HashSet<Guid> _ids = [];
    private readonly HashSet<Guid> _streams = [];
    private readonly List<AlarmEvent> _alarms = [];
    private readonly List<PendingCommit> _pending = [];
    private readonly List<string> _violations = [];

    /// <summary>Every alarm event in the order in which it was stored.</summary>
    public IReadOnlyList<AlarmEvent> Alarms => _alarms;

    /// <summary>Commits that are under way.</summary>
    public IReadOnlyList<PendingCommit> Pending => _pending;

    /// <summary>What happened that must never happen.</summary>
    public IReadOnlyList<string> Violations => _violations;

    public long NextOffset(PartitionId partition) => _checkpoints.GetValueOrDefault(partition)?.NextOffset ?? 0;

    public Task<PartitionCheckpoint> AcquireAsync(PartitionId partition, CancellationToken cancellation)
    {
        PartitionCheckpoint last = _checkpoints.GetValueOrDefault(partition) ?? new PartitionCheckpoint(partition, null, default,
            new FencingToken(0));
        PartitionCheckpoint taken = _checkpoints[partition] = last with { Token = new FencingToken(last.Token.Value + 1) };
        return Task.FromResult(flaw switch
        {
            StoreFlaw.CheckpointTooFar when taken.NextOffset is { } next => taken with { NextOffset = next + 1 },
            StoreFlaw.StateForgotten => taken with { State = default },
            _ => taken,
        });
    }

    public Task<CommitOutcome> CommitAsync(PartitionCommit commit, CancellationToken cancellation)
    {
        var pending = new PendingCommit(commit);
        _pending.Add(pending);
        if (flaw == StoreFlaw.CheckpointBeforeAlarms && IsOwner(commit)) Save(commit);
        if (flaw == StoreFlaw.AnswersTooSoon) pending.Answer.TrySetResult(new CommitOutcome.Committed(commit.Alarms.Length, 0));
        return pending.Answer.Task.WaitAsync(cancellation);
    }

    /// <summary>The transaction commits. Its writer hears of it, or, when the answer is lost, that the store is away.</summary>
    public void Apply(PendingCommit pending, bool answerIsLost)
    {
        _pending.Remove(pending);
        CommitOutcome outcome = IsOwner(pending.Commit) || flaw == StoreFlaw.NoFencing ? Store(pending.Commit) : new CommitOutcome.Fenced();
        pending.Answer.TrySetResult(answerIsLost ? new CommitOutcome.Unavailable("the answer was lost") : outcome);
    }

    /// <summary>The transaction is rolled back.</summary>
    public void Refuse(PendingCommit pending)
    {
        _pending.Remove(pending);
        pending.Answer.TrySetResult(new CommitOutcome.Unavailable("away"));
    }

    private bool IsOwner(PartitionCommit commit) => _checkpoints[commit.Partition].Token == commit.Token;

    private CommitOutcome.Committed Store(PartitionCommit commit)
    {
        int before = _alarms.Count;
        foreach (AlarmEvent e in commit.Alarms)
        {
            if (!_ids.Add(e.EventId) && flaw != StoreFlaw.NoIdentity) continue;
            if (_streams.Add(e.AlarmId)
                && e is not AlarmRaised) _violations.Add($"the first event of alarm {e.AlarmId} is {e.GetType().Name}");
            _alarms.Add(e);
        }

        Save(commit);
        return new CommitOutcome.Committed(_alarms.Count - before, commit.Alarms.Length - (_alarms.Count - before));
    }

    private void Save(PartitionCommit commit)
    {
        if (commit.Snapshot is not { } snapshot) return;
        PartitionCheckpoint current = _checkpoints[commit.Partition];
        if (snapshot.NextOffset < current.NextOffset)
            _violations.Add($"the checkpoint of {commit.Partition} went back from {current.NextOffset} to {snapshot.NextOffset}");
        _checkpoints[commit.Partition] = current with { NextOffset = snapshot.NextOffset, State = snapshot.State };
    }
}

/// <summary>A commit under way.</summary>
internal sealed record PendingCommit(PartitionCommit Commit)
{
    /// <summary>Goes on in the thread of who answers: by way of the thread pool it would be at a moment that the seed does not choose.</summary>
    public TaskCompletionSource<CommitOutcome> Answer { get; } = new();
}
