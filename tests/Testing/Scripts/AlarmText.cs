using System.Collections.Immutable;
using System.Text.Json;
using Pipeline.Domain.Alarms;

namespace Testing.Scripts;

/// <summary>Alarm events as text: short for people who read a test, exact to compare two runs.</summary>
public static class AlarmText
{
    /// <summary>
    /// "raised AS-01 High web: privileged:true", "confirmed AS-01", "recurred AS-01 x3", "escalated AS-01 Critical AttackSuccess".
    /// </summary>
    public static ImmutableArray<string> Short(IEnumerable<AlarmEvent> events)
    {
        var rules = new Dictionary<Guid, string>();
        var lines = ImmutableArray.CreateBuilder<string>();
        foreach (AlarmEvent e in events)
        {
            if (e is AlarmRaised raised) rules[e.AlarmId] = raised.RuleId;
            string rule = rules.GetValueOrDefault(e.AlarmId, "?");
            lines.Add(e switch
            {
                AlarmRaised r => $"raised {rule} {r.Severity} {r.Subject}: {string.Join(' ', r.Content.Select(c => c.Content))}"
                    + string.Concat(r.Labels.Select(l => $" [{l}]")),
                AlarmConfirmed => $"confirmed {rule}",
                AlarmAmended r => $"amended {rule} {r.Source.ContainerName} {r.Source.Image}",
                AlarmRecurred r => $"recurred {rule} x{r.Occurrences}",
                AlarmEscalated r => $"escalated {rule} {r.Severity} {r.Outcome}",
                _ => e.ToString(),
            });
        }

        return lines.ToImmutable();
    }

    /// <summary>Every field of every event, one a line.</summary>
    public static string Exact(IEnumerable<AlarmEvent> events) =>
        string.Join('\n', events.Select(e => $"{e.GetType().Name} {JsonSerializer.Serialize(e, e.GetType())}"));
}
