using System.Collections.Immutable;
using System.ComponentModel;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Contracts;

[Description("What is the same as an alarm, elsewhere and in itself.")]
public sealed record SimilarAlarmsContract(
    [property: Description("Other alarms of its rule about its subject, the newest stored first: on other containers, and of other times.")]
    ImmutableArray<AlarmListItemContract> Alarms,
    [property: Description("Whether there are more than these.")] bool More,
    [property: Description("When this alarm itself was seen, the newest first.")] ImmutableArray<OccurrenceContract> Occurrences)
{
    /// <summary>How many of each an answer carries.</summary>
    internal const int Most = 100;

    internal static SimilarAlarmsContract From(StoredAlarm alarm, AlarmPage found)
    {
        AlarmSummary[] others = [.. found.Alarms.Where(other => other.Id != alarm.View.Raised.AlarmId)];
        return new SimilarAlarmsContract(
            [.. others.Take(Most).Select(AlarmListItemContract.From)],
            others.Length > Most || found.Next is not null,
            [.. alarm.History.Reverse().Select(stored => OccurrenceContract.From(stored.Event)).OfType<OccurrenceContract>().Take(Most)]);
    }
}

[Description("A time at which an alarm was seen.")]
public sealed record OccurrenceContract(
    [property: Description("The event of the alarm's history that says so.")] Guid EventId,
    DateTime At,
    [property: Description("How often it had been seen by then.")] long Occurrences)
{
    internal static OccurrenceContract? From(AlarmEvent e) => e switch
    {
        AlarmRaised => new OccurrenceContract(e.EventId, e.At.UtcDateTime, 1),
        AlarmRecurred recurred => new OccurrenceContract(e.EventId, e.At.UtcDateTime, recurred.Occurrences),
        _ => null,
    };
}
