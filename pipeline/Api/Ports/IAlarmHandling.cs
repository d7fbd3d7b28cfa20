using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Ports;

/// <summary>
/// Doing something about alarms. Thread-safe; commands on one alarm take their turns, so none is decided on a state that has passed.
/// Throws only <see cref="AlarmStoreUnavailableException"/>, when the store is away: the same command may then be given again.
/// </summary>
public interface IAlarmHandling
{
    /// <summary>Most alarms in one call.</summary>
    const int MostAlarms = 1000;

    /// <summary>Does it to each of the alarms that accepts it, all in one commit.</summary>
    /// <param name="ids">At most <see cref="MostAlarms"/>.</param>
    /// <param name="version">The version that the alarms must have; null for any.</param>
    /// <returns>One result for each different id, in their order.</returns>
    Task<ImmutableArray<HandlingResult>> HandleAsync(
        AlarmCommand command, ImmutableArray<Guid> ids, int? version, CancellationToken cancellation);

    /// <summary>The alarms of a filter that accept an action, the oldest stored first.</summary>
    /// <param name="limit">1 to <see cref="MostAlarms"/>.</param>
    Task<ImmutableArray<Guid>> AcceptingAsync(AlarmFilter filter, AlarmAction action, int limit, CancellationToken cancellation);
}

/// <summary>What became of a command on one alarm.</summary>
public abstract record HandlingResult(Guid AlarmId)
{
    /// <summary>Done, now or by an earlier request with the same id.</summary>
    /// <param name="Version">Number of the alarm's events now.</param>
    public sealed record Done(Guid AlarmId, int Version, AlarmState State) : HandlingResult(AlarmId);

    /// <summary>The alarm does not accept the action. <paramref name="Reason"/> ends "The alarm ...".</summary>
    public sealed record Refused(Guid AlarmId, string Reason, AlarmState State) : HandlingResult(AlarmId);

    /// <summary>Something happened since the caller looked.</summary>
    public sealed record Changed(Guid AlarmId, int Version) : HandlingResult(AlarmId);

    public sealed record NotFound(Guid AlarmId) : HandlingResult(AlarmId);
}
