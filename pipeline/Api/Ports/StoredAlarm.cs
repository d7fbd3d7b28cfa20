using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Ports;

/// <summary>An alarm and what it was folded from, in order, the first event being <see cref="AlarmRaised"/>.</summary>
public sealed record StoredAlarm(AlarmView View, ImmutableArray<StoredAlarmEvent> History);

/// <summary>One event of an alarm's stream. <paramref name="StoredAt"/> is the database's clock at the append.</summary>
public sealed record StoredAlarmEvent(AlarmEvent Event, DateTimeOffset StoredAt);
