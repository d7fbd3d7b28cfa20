using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>An event of an alarm on its way into the store: with its id, which is costly to ask for, and the time that it is stored with.</summary>
internal readonly record struct StampedEvent(Guid Id, AlarmEvent Event, DateTimeOffset At);
