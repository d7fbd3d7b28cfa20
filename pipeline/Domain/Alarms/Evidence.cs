using System.Collections.Immutable;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Alarms;

/// <summary>One raw event an alarm rests on: its identity in the log, and a copy of the fields that decided, so that the alarm explains itself when the log is gone.</summary>
public sealed record Evidence(string Node, string Boot, long Sequence, string Kind, DateTimeOffset At, ImmutableSortedDictionary<string, string> Facts)
{
    public static Evidence Of(EventId id, string kind, EventTime at, ImmutableSortedDictionary<string, string> facts) =>
        new(id.Node.Value, id.Boot.Value, id.Sequence, kind, at.Wall, facts);
}
