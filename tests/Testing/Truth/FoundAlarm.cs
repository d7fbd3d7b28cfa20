using Pipeline.Domain.Alarms;

namespace Testing.Truth;

/// <summary>An alarm as some part of the product tells it.</summary>
public sealed record FoundAlarm(
    Guid Id, string Rule, string Node, string Container, string ContainerName, long Occurrences, bool Confirmed)
{
    public AlarmPlace Place => new(Node, Container, Rule);

    /// <summary>
    /// The alarms that a sequence of events tells. Events of an alarm stand in their order; a repeated event is told once.
    /// </summary>
    public static IReadOnlyList<FoundAlarm> In(IEnumerable<AlarmEvent> events)
    {
        var views = new Dictionary<Guid, AlarmView>();
        var seen = new HashSet<Guid>();
        foreach (AlarmEvent e in events.Where(e => seen.Add(e.EventId)))
        {
            if (AlarmView.Apply(views.GetValueOrDefault(e.AlarmId), e) is { } view) views[e.AlarmId] = view;
        }

        return [.. views.Select(pair => Of(pair.Key, pair.Value))];
    }

    private static FoundAlarm Of(Guid id, AlarmView view) => new(
        id, view.Raised.RuleId, view.Raised.Source.Node, view.Raised.Source.ContainerId, view.Raised.Source.ContainerName,
        view.Occurrences, view.ConfirmedAt is not null);
}
