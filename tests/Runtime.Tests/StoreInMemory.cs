using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Runtime.Ports;

namespace Runtime.Tests;

/// <summary>An alarm store that keeps the contract of the port in memory, writes down every commit, and can be sent away.</summary>
internal sealed class StoreInMemory : IAlarmStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PartitionId, PartitionCheckpoint> _checkpoints = [];
    private readonly HashSet<Guid> _ids = [];
    private ImmutableList<PartitionCommit> _commits = [];
    private ImmutableList<AlarmEvent> _alarms = [];
    private TaskCompletionSource _open = Opened();
    private int _attempts;

    /// <summary>Every change of the policy that was stored, in order.</summary>
    public ImmutableList<PolicyPosition> Policies { get; private set; } = [];

    /// <summary>What the store says holds for the system.</summary>
    public PolicyRevision? NewestPolicy { get; set; }

    /// <summary>Every commit that was stored, in order.</summary>
    public ImmutableList<PartitionCommit> Commits => _commits;

    /// <summary>Every alarm event once, in the order in which it was stored.</summary>
    public ImmutableList<AlarmEvent> Alarms => _alarms;

    public int Attempts => _attempts;

    /// <summary>Answers "unavailable" while set.</summary>
    public bool Away { get; set; }

    /// <summary>Throws while set, which a store should not.</summary>
    public bool Throws { get; set; }

    /// <summary>Lets commits hang until <see cref="Release"/>.</summary>
    public void Hold() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _open.TrySetResult();

    public Task<PartitionCheckpoint> AcquireAsync(PartitionId partition, CancellationToken cancellation)
    {
        lock (_lock)
        {
            PartitionCheckpoint last = _checkpoints.GetValueOrDefault(partition) ?? new PartitionCheckpoint(partition, null, default, new FencingToken(0));
            _checkpoints[partition] = last with { Token = new FencingToken(last.Token.Value + 1) };
            long next = last.NextOffset ?? 0;
            int holds = Policies.FindLastIndex(p => p.Offset <= next);
            return Task.FromResult(_checkpoints[partition] with
            {
                Policies = [.. Policies.Skip(Math.Max(holds, 0))],
                Newest = NewestPolicy,
            });
        }
    }

    public async Task<CommitOutcome> CommitAsync(PartitionCommit commit, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _attempts);
        await _open.Task.WaitAsync(cancellation);
        if (Throws) throw new InvalidOperationException("broken");
        if (Away) return new CommitOutcome.Unavailable("away");
        lock (_lock)
        {
            PartitionCheckpoint current = _checkpoints[commit.Partition];
            if (current.Token != commit.Token) return new CommitOutcome.Fenced();
            _commits = _commits.Add(commit);
            AlarmEvent[] fresh = [.. commit.Alarms.Where(a => _ids.Add(a.EventId))];
            _alarms = _alarms.AddRange(fresh);
            Policies = Policies.AddRange(commit.Policies);
            _checkpoints[commit.Partition] = current = current with { Reached = commit.Reached };
            if (commit.Snapshot is { } snapshot)
                _checkpoints[commit.Partition] = current with { NextOffset = snapshot.NextOffset, State = snapshot.State };
            return new CommitOutcome.Committed(fresh.Length, commit.Alarms.Length - fresh.Length);
        }
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}

/// <summary>Writes down what is reported, or refuses to.</summary>
internal sealed class PoisonInMemory : IPoisonEvents
{
    public List<PoisonEvent> Reported { get; } = [];

    public bool Refuses { get; set; }

    public Task ReportAsync(PoisonEvent poison, CancellationToken cancellation)
    {
        if (Refuses) return Task.FromException(new IOException("refused"));
        Reported.Add(poison);
        return Task.CompletedTask;
    }
}
