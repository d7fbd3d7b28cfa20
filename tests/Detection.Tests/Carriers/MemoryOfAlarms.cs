using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Runtime.Ports;

namespace Detection.Tests.Carriers;

/// <summary>The store of one partition, in memory. No event may be passed over. Calls do not overlap.</summary>
internal sealed class MemoryOfAlarms : IAlarmStore, IPoisonEvents
{
    private readonly HashSet<Guid> _ids = [];
    private StateSnapshot? _last;
    private long _tokens;

    public ImmutableArray<AlarmEvent> Alarms { get; private set; } = [];

    public Task<PartitionCheckpoint> AcquireAsync(PartitionId partition, CancellationToken cancellation) =>
        Task.FromResult(new PartitionCheckpoint(partition, _last?.NextOffset, _last?.State ?? default, new FencingToken(++_tokens)));

    public Task<CommitOutcome> CommitAsync(PartitionCommit commit, CancellationToken cancellation)
    {
        AlarmEvent[] fresh = [.. commit.Alarms.Where(alarm => _ids.Add(alarm.EventId))];
        Alarms = Alarms.AddRange(fresh);
        _last = commit.Snapshot ?? _last;
        return Task.FromResult<CommitOutcome>(new CommitOutcome.Committed(fresh.Length, commit.Alarms.Length - fresh.Length));
    }

    public Task ReportAsync(PoisonEvent poison, CancellationToken cancellation) =>
        throw new InvalidOperationException($"{poison.Detector} failed on {poison.Event}: {poison.Reason}");
}
