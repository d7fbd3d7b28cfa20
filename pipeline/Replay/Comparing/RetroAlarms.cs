using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Runtime.Ports;

namespace Pipeline.Replay.Comparing;

/// <summary>Adds to the store what a replay has found new. The ids are hashes of what they name: a second time nothing happens.</summary>
public sealed class RetroAlarms(IAlarmStore store)
{
    /// <summary>Mark of the alarms that a replay has added.</summary>
    public const string Label = "origin=retro";

    private const int Most = 1000;

    /// <returns>How many events were added.</returns>
    /// <exception cref="ReplayException">The store does not take them.</exception>
    public async Task<int> AddAsync(
        string topic, ImmutableArray<DetectedEvent> replayed, ImmutableArray<ComparedAlarm> compared, CancellationToken cancellation)
    {
        // Alarms of which the replay has the beginning: without it there is no alarm to add to.
        var added = compared.Where(alarm => alarm.Standing == Standing.New).Select(alarm => alarm.Alarm)
            .Intersect(replayed.OfType<AlarmRaised>().Select(raised => raised.AlarmId)).ToHashSet();
        if (added.Count == 0) return 0;

        // A partition that is nobody's: the live ones are not disturbed, and two that add at once take turns.
        var place = new PartitionId($"retro/{topic}", 0);
        PartitionCheckpoint checkpoint = await store.AcquireAsync(place, cancellation);
        int appended = 0;
        foreach (AlarmEvent[] part in Parts(replayed.Where(e => added.Contains(e.AlarmId)).Select(Marked)))
        {
            CommitOutcome outcome = await store.CommitAsync(new PartitionCommit(place, checkpoint.Token, [.. part], null), cancellation);
            appended += outcome switch
            {
                CommitOutcome.Committed done => done.Appended,
                CommitOutcome.Unavailable away => throw new ReplayException($"the store does not take the alarms: {away.Reason}"),
                _ => throw new ReplayException("another replay adds its alarms; run this one again"),
            };
        }

        return appended;
    }

    private static IEnumerable<AlarmEvent[]> Parts(IEnumerable<AlarmEvent> events) => events.Chunk(Most);

    private static AlarmEvent Marked(DetectedEvent e) => e is AlarmRaised raised ? raised with { Labels = [.. raised.Labels, Label] } : e;
}
