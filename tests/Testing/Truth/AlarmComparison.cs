using System.Globalization;
using Pipeline.Domain.Alarms;

namespace Testing.Truth;

/// <summary>
/// Holds what was found against the truth and says every difference in words. Nothing to say means: none lost, none doubled.
/// </summary>
public static class AlarmComparison
{
    /// <param name="where">Who tells it: "the event store", "read.alarms", "the alarms topic".</param>
    public static IEnumerable<string> Differences(string where, IEnumerable<ExpectedAlarm> expected, IEnumerable<FoundAlarm> found)
    {
        ILookup<AlarmPlace, FoundAlarm> byPlace = found.ToLookup(alarm => alarm.Place);
        var known = expected.ToDictionary(alarm => alarm.Place);
        foreach (ExpectedAlarm alarm in known.Values)
        {
            FoundAlarm[] there = [.. byPlace[alarm.Place]];
            if (there.Length == 0) yield return $"{where}: lost {alarm.Place}";
            if (there.Length > 1) yield return $"{where}: {there.Length} alarms instead of one: {alarm.Place}";
            foreach (string difference in there.SelectMany(one => Differences(alarm,
                one))) yield return $"{where}: {alarm.Place}: {difference}";
        }

        foreach (IGrouping<AlarmPlace, FoundAlarm> place in byPlace.Where(place => !known.ContainsKey(place.Key)))
            yield return $"{where}: nobody did {place.Key}, and there it is ({place.Count()} times)";
    }

    /// <summary>What is wrong with the stored events themselves, in the order in which they are stored.</summary>
    public static IEnumerable<string> Flaws(IReadOnlyList<AlarmEvent> stored)
    {
        foreach (IGrouping<Guid, AlarmEvent> same in stored.GroupBy(e => e.EventId).Where(same => same.Count() > 1))
            yield return $"the event store: event {same.Key} is stored {same.Count()} times";
        foreach (IGrouping<Guid, AlarmEvent> alarm in stored.GroupBy(e => e.AlarmId))
        {
            if (alarm.First(
                ) is not AlarmRaised) yield return $"the event store: alarm {alarm.Key} begins with {alarm.First().GetType().Name}";
            int[] ordinals = [.. alarm.OfType<DetectedEvent>().Select(e => e.Ordinal)];
            if (!ordinals.SequenceEqual(Enumerable.Range(0, ordinals.Length)))
                yield return $"the event store: events of alarm {alarm.Key} stand as {string.Join(", ", ordinals)}";
        }
    }

    /// <summary>
    /// What is wrong with what was published: every stored event at least once and telling the same, nothing else, and those of an
    /// alarm first told in their order.
    /// </summary>
    public static IEnumerable<string> Flaws(IReadOnlyList<AlarmEvent> stored, IReadOnlyList<AlarmEvent> published)
    {
        var byId = stored.DistinctBy(e => e.EventId).ToDictionary(e => e.EventId);
        var told = new HashSet<Guid>();
        var ordinals = new Dictionary<Guid, int>();
        foreach (AlarmEvent e in published)
        {
            if (!byId.TryGetValue(e.EventId, out AlarmEvent? original)) yield return $"the alarms topic: event {e.EventId} is not stored";
            else if (Told(original) != Told(e)) yield return $"the alarms topic: event {e.EventId} is '{Told(e)}', stored is '{Told(original)}'";
            if (!told.Add(e.EventId) || e is not DetectedEvent detected) continue;
            int next = ordinals.GetValueOrDefault(e.AlarmId);
            if (detected.Ordinal != next) yield return $"the alarms topic: alarm {e.AlarmId} told event {detected.Ordinal} where {next} was due";
            ordinals[e.AlarmId] = detected.Ordinal + 1;
        }

        foreach (Guid missing in byId.Keys.Where(id => !told.Contains(id))) yield return $"the alarms topic: lost event {missing}";
    }

    /// <summary>What an event says; each form keeps times as finely as it can.</summary>
    private static string Told(AlarmEvent e) => $"{e.AlarmId} {(e as DetectedEvent)?.Ordinal} {string.Join(' ', Scripts.AlarmText.Short([e]))}";

    private static IEnumerable<string> Differences(ExpectedAlarm expected, FoundAlarm found)
    {
        if (found.Occurrences != expected.Occurrences)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"counted {found.Occurrences} times, done {expected.Occurrences} times");
        if (found.Confirmed != expected.Confirmed) yield return found.Confirmed ? "confirmed, and never came true"
            : "came true and is not confirmed";
        if (found.ContainerName != expected.ContainerName) yield return $"names the container '{found.ContainerName}', it is '{expected.ContainerName}'";
    }
}
