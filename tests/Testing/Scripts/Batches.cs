using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Testing.Scripts;

/// <summary>Cuts a script into the batches an agent would ship: of one node, with consecutive numbers.</summary>
public static class Batches
{
    public static IEnumerable<EventBatch> Of(IEnumerable<ScriptedEvent> events, int most = 256) => Of(events, () => most);

    /// <param name="size">Asked for each batch how many events it may hold.</param>
    public static IEnumerable<EventBatch> Of(IEnumerable<ScriptedEvent> events, Func<int> size)
    {
        var part = new List<ScriptedEvent>();
        int most = size();
        foreach (ScriptedEvent e in events)
        {
            if (part.Count > 0 && (part.Count >= most || part[^1].Node != e.Node || part[^1].Sequence + 1 != e.Sequence || !SameClock(part[0], e)))
            {
                yield return Pack(part);
                part.Clear();
                most = size();
            }

            part.Add(e);
        }

        if (part.Count > 0) yield return Pack(part);
    }

    /// <summary>A batch has one clock; where the wall clock was set there has to be a border.</summary>
    private static bool SameClock(ScriptedEvent a, ScriptedEvent b) => a.At.WallNs - a.At.BootNs == b.At.WallNs - b.At.BootNs;

    private static EventBatch Pack(List<ScriptedEvent> part)
    {
        var batch = new EventBatch();
        EventTime clock = part.MaxBy(e => e.At.BootNs)!.At;
        batch.Begin(part[0].Node.Node, part[0].Node.Boot, part[0].Sequence, clock, 0);
        foreach (ScriptedEvent e in part) e.Write(batch);
        return batch;
    }
}
