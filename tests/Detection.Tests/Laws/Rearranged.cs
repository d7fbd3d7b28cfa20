using System.Collections.Immutable;
using Pipeline.Domain.Identity;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>The events of a log in another order.</summary>
internal static class Rearranged
{
    /// <summary>The nodes' events between each other's in another way; those of each node in their order, as the log keeps them.</summary>
    public static ImmutableArray<ScriptedEvent> Interleaved(IEnumerable<ScriptedEvent> events, Random random)
    {
        List<Queue<ScriptedEvent>> nodes = [.. events.GroupBy(e => e.Node.Node).Select(node => new Queue<ScriptedEvent>(node))];
        var merged = ImmutableArray.CreateBuilder<ScriptedEvent>();
        while (nodes.Count > 0)
        {
            Queue<ScriptedEvent> node = nodes[random.Next(nodes.Count)];
            merged.Add(node.Dequeue());
            if (node.Count == 0) nodes.Remove(node);
        }

        return merged.ToImmutable();
    }

    /// <summary>No order at all and some missing: numbered anew, with the times that they had.</summary>
    public static ImmutableArray<ScriptedEvent> Jumbled(IEnumerable<ScriptedEvent> events, Random random)
    {
        ScriptedEvent[] jumbled = [.. events.Where(_ => random.Next(8) > 0)];
        random.Shuffle(jumbled);
        return Numbered(jumbled);
    }

    private static ImmutableArray<ScriptedEvent> Numbered(IEnumerable<ScriptedEvent> events)
    {
        var next = new Dictionary<NodeBoot, long>();
        var numbered = ImmutableArray.CreateBuilder<ScriptedEvent>();
        foreach (ScriptedEvent e in events)
        {
            long number = next.GetValueOrDefault(e.Node);
            next[e.Node] = number + 1;
            numbered.Add(e with { Sequence = number });
        }

        return numbered.ToImmutable();
    }
}
