using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.Domain.Kernel;

/// <summary>An alarm event and the position in its batch of the raw event that it followed.</summary>
public readonly record struct PlacedAlarm(int Position, AlarmEvent Event)
{
    /// <summary>
    /// What all detectors made of one batch, in the order of the log; of what follows one raw event, in the order of the detectors. Batches
    /// then leave no trace in the order of alarms either.
    /// </summary>
    public static ImmutableArray<AlarmEvent> Merge(IReadOnlyCollection<ImmutableArray<PlacedAlarm>> byDetector)
    {
        ArgumentNullException.ThrowIfNull(byDetector);
        return byDetector.All(events => events.IsEmpty)
            ? []
            : [.. byDetector.SelectMany(events => events).OrderBy(placed => placed.Position).Select(placed => placed.Event)];
    }
}
