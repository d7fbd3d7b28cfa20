using Pipeline.Domain.Alarms;

namespace Pipeline.Runtime.Ports;

/// <summary>An alarm event with its place in the store.</summary>
/// <param name="Sequence">Position in the order of everything stored; grows, with gaps.</param>
/// <param name="Version">Position in the alarm's own stream, from 1.</param>
/// <param name="Node">Node of the alarm.</param>
/// <param name="ContainerId">Container of the alarm; empty where it has none.</param>
public sealed record AlarmEventRecord(AlarmEvent Event, long Sequence, long Version, DateTimeOffset StoredAt, string Node, string ContainerId);
