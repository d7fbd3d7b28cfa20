using JasperFx.Events;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>An alarm event as Marten takes it: with our id and our time.</summary>
internal static class StoredEvent
{
    public static IEvent Of(Guid id, AlarmEvent e, DateTimeOffset at)
    {
        IEvent stored = StorableEvent.From(e) switch
        {
            AlarmRaised raised => new Event<AlarmRaised>(raised),
            AlarmConfirmed confirmed => new Event<AlarmConfirmed>(confirmed),
            AlarmRecurred recurred => new Event<AlarmRecurred>(recurred),
            AlarmEscalated worse => new Event<AlarmEscalated>(worse),
            AlarmAmended amended => new Event<AlarmAmended>(amended),
            AlarmActionTaken action => new Event<AlarmActionTaken>(action),
            _ => throw new ArgumentException($"An alarm event without a stored form: {e.GetType().Name}", nameof(e)),
        };
        stored.Id = id;
        stored.Timestamp = at;
        return stored;
    }
}
