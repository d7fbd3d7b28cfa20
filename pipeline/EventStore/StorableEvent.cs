using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>
/// An alarm event with every string made storable (<see cref="StorableText"/>). Ids are not strings and stay what they are.
/// </summary>
internal static class StorableEvent
{
    public static AlarmEvent From(AlarmEvent e) => e switch
    {
        AlarmRaised raised => From(raised),
        AlarmConfirmed confirmed => confirmed with { Evidence = From(confirmed.Evidence) },
        AlarmRecurred recurred => recurred with { Evidence = From(recurred.Evidence) },
        AlarmAmended amended => amended with { Source = From(amended.Source), Evidence = From(amended.Evidence) },
        AlarmEscalated escalated => escalated with { Evidence = From(escalated.Evidence) },
        AlarmActionTaken action => action with
        {
            Actor = Text(action.Actor),
            Origin = Text(action.Origin),
            Reason = Text(action.Reason),
            Assignee = Text(action.Assignee),
        },
        _ => throw new ArgumentException($"An alarm event without a stored form: {e.GetType().Name}", nameof(e)),
    };

    private static AlarmRaised From(AlarmRaised e) => e with
    {
        RuleId = Text(e.RuleId),
        ClassId = Text(e.ClassId),
        Title = Text(e.Title),
        Attack = Texts(e.Attack),
        Source = From(e.Source),
        Subject = Text(e.Subject),
        Content = [.. e.Content.Select(From)],
        Processes = [.. e.Processes.Select(From)],
        Evidence = [.. e.Evidence.Select(From)],
        EvidenceGaps = Texts(e.EvidenceGaps),
        PolicyId = Text(e.PolicyId),
        Recommendation = Text(e.Recommendation),
        DedupKey = Text(e.DedupKey),
        Labels = Texts(e.Labels),
    };

    private static AlarmSource From(AlarmSource s) => new(
        Text(s.Node), Text(s.Boot), Text(s.ContainerId), Text(s.ContainerName), Text(s.Image), Text(s.ImageDigest), Text(s.Namespace), Text(s.Pod), Text(s.Workload));

    private static ContentItem From(ContentItem item) =>
        item with { Check = Text(item.Check), Content = Text(item.Content), Basis = Text(item.Basis) };

    private static AlarmProcess From(AlarmProcess process) =>
        process with { Path = Text(process.Path), CommandLine = Text(process.CommandLine), CapEffective = Text(process.CapEffective) };

    private static Evidence From(Evidence evidence)
    {
        if (evidence.Facts.All(fact => ReferenceEquals(Text(fact.Key), fact.Key) && ReferenceEquals(Text(fact.Value), fact.Value)))
            return Place(evidence);
        // Two keys may become one; the later wins, in the dictionary's own order.
        ImmutableSortedDictionary<string, string>.Builder facts =
            ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in evidence.Facts) facts[Text(key)] = Text(value);
        return Place(evidence) with { Facts = facts.ToImmutable() };
    }

    private static Evidence Place(Evidence evidence) =>
        evidence with { Node = Text(evidence.Node), Boot = Text(evidence.Boot), Kind = Text(evidence.Kind) };

    private static string Text(string text) => StorableText.ForEvent(text);

    private static ImmutableArray<string> Texts(ImmutableArray<string> texts) => [.. texts.Select(Text)];
}
