using System.Collections.Immutable;

namespace Pipeline.Api.Ports;

/// <summary>An alarm of which something was stored, as it stands.</summary>
/// <param name="IsNew">Whether its first event is among what was stored.</param>
public sealed record ChangedAlarm(AlarmSummary Alarm, bool IsNew);

/// <summary>What was stored.</summary>
/// <param name="Position">Nothing up to here is still to come. Asked for what is after it, nothing is missed, and some may come again.</param>
public sealed record ChangePage(long Position, ImmutableArray<ChangedAlarm> Alarms);

/// <summary>What changes, as it is committed, by whichever process. Thread-safe.</summary>
public interface IAlarmChanges
{
    /// <summary>
    /// Everything from now on; the first page is empty and says where now is. While the store is away it waits. It ends by being cancelled.
    /// </summary>
    IAsyncEnumerable<ChangePage> FollowAsync(CancellationToken cancellation);

    /// <summary>The alarms of which something was stored after a position, as they stand. Throws <see cref="AlarmStoreUnavailableException"/>.</summary>
    /// <param name="most">Events that are looked at.</param>
    /// <returns>Null when there are more events than that.</returns>
    Task<ImmutableArray<AlarmSummary>?> SinceAsync(long position, int most, CancellationToken cancellation);
}
