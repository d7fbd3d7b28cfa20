using Pipeline.Domain.Alarms;

namespace Pipeline.Runtime.Ports;

/// <summary>An alarm event with its place in the store.</summary>
/// <param name="Sequence">Position in the order of everything stored; grows, with gaps.</param>
/// <param name="Version">Position in the alarm's own stream, from 1.</param>
/// <param name="Now">The alarm as it stood when this was read: with this event, and with later ones if there were any by then.</param>
public sealed record AlarmEventRecord(AlarmEvent Event, long Sequence, long Version, DateTimeOffset StoredAt, AlarmSnapshot Now);
