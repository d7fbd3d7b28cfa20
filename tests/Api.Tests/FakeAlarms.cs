using System.Collections.Immutable;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Testing;

namespace Api.Tests;

/// <summary>A store in memory: remembers what was asked, answers what it was told to.</summary>
internal sealed class FakeAlarms : IAlarmQueries, IAlarmHandling
{
    public AlarmFilter? Asked { get; private set; }

    public int Limit { get; private set; }

    public AlarmPage? Page { get; set; } = new([], null);

    public StoredAlarm? Alarm { get; set; }

    public AlarmCommand? Commanded { get; private set; }

    public (ImmutableArray<Guid> Ids, int? Version) About { get; private set; }

    /// <summary>What becomes of a command on each alarm.</summary>
    public Func<Guid, HandlingResult> Becomes { get; set; } = id => new HandlingResult.Done(id, 2, AlarmState.Closed);

    /// <summary>Thrown in place of an answer.</summary>
    public Exception? Failure { get; set; }

    public Task<AlarmPage?> ListAsync(AlarmFilter filter, string? cursor, int limit, CancellationToken cancellation)
    {
        (Asked, Limit) = (filter, limit);
        return Failure is null ? Task.FromResult(Page) : Task.FromException<AlarmPage?>(Failure);
    }

    public Task<StoredAlarm?> FindAsync(Guid id, CancellationToken cancellation) =>
        Failure is null ? Task.FromResult(Alarm?.View.Raised.AlarmId == id ? Alarm : null) : Task.FromException<StoredAlarm?>(Failure);

    public Task<ImmutableArray<HandlingResult>> HandleAsync(
        AlarmCommand command, ImmutableArray<Guid> ids, int? version, CancellationToken cancellation)
    {
        (Commanded, About) = (command, (ids, version));
        return Failure is null
            ? Task.FromResult<ImmutableArray<HandlingResult>>([.. ids.Select(Becomes)])
            : Task.FromException<ImmutableArray<HandlingResult>>(Failure);
    }

    public Task<ImmutableArray<Guid>> AcceptingAsync(AlarmFilter filter, AlarmAction action, int limit, CancellationToken cancellation)
    {
        Asked = filter;
        return Task.FromResult<ImmutableArray<Guid>>([SomeAlarm.Id("a"), SomeAlarm.Id("b")]);
    }

    public Task<bool> IsReadyAsync(CancellationToken cancellation) => Task.FromResult(Failure is null);
}
