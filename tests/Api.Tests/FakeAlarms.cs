using Pipeline.Api.Ports;

namespace Api.Tests;

/// <summary>Queries in memory: remembers what was asked, answers what it was told to.</summary>
internal sealed class FakeAlarms : IAlarmQueries
{
    public AlarmFilter? Asked { get; private set; }

    public int Limit { get; private set; }

    public AlarmPage? Page { get; set; } = new([], null);

    public StoredAlarm? Alarm { get; set; }

    /// <summary>Thrown in place of an answer.</summary>
    public Exception? Failure { get; set; }

    public Task<AlarmPage?> ListAsync(AlarmFilter filter, string? cursor, int limit, CancellationToken cancellation)
    {
        (Asked, Limit) = (filter, limit);
        return Failure is null ? Task.FromResult(Page) : Task.FromException<AlarmPage?>(Failure);
    }

    public Task<StoredAlarm?> FindAsync(Guid id, CancellationToken cancellation) =>
        Failure is null ? Task.FromResult(Alarm?.View.Raised.AlarmId == id ? Alarm : null) : Task.FromException<StoredAlarm?>(Failure);

    public Task<bool> IsReadyAsync(CancellationToken cancellation) => Task.FromResult(Failure is null);
}
