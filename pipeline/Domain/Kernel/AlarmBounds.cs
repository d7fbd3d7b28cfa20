using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// How large an alarm may become. What it quotes comes from containers and is hostile: an alarm must always fit a message and a row.
/// </summary>
internal static class AlarmBounds
{
    public const int LongestKey = 512;
    public const int LongestTitle = 256;
    public const int LongestSubject = 1024;
    public const int LongestContent = StateFormat.LongestText;
    public const int LongestFact = 4096;
    public const int MostItems = 64;

    /// <summary>Itself and some ancestors; their texts are bounded where they enter (<see cref="ProcessTable"/>).</summary>
    public const int MostProcesses = 8;

    /// <summary>Pieces of evidence that an alarm is raised with.</summary>
    public const int MostEvidence = 50;

    /// <summary>A key that is too long is told apart by its hash.</summary>
    public static string Key(string dedupKey) =>
        dedupKey.Length <= LongestKey ? dedupKey : $"{dedupKey[..(LongestKey - 40)]}#{DeterministicId.From(dedupKey):N}";

    public static Evidence Cut(Evidence evidence) =>
        evidence.Facts.Count <= MostItems && evidence.Facts.Values.All(v => v.Length <= LongestFact)
        ? evidence
        : evidence with
        {
            Facts = evidence.Facts.Take(MostItems)
                .ToImmutableSortedDictionary(f => f.Key, f => StateFormat.Cut(f.Value, LongestFact), StringComparer.Ordinal),
        };

    public static AlarmRaised Raised(Guid id, DetectorSpec detector, PolicyStamp policy, string key, Finding finding) => new()
    {
        AlarmId = id,
        Ordinal = 0,
        At = finding.At.Wall,
        Type = detector.Type,
        RuleId = finding.RuleId,
        RuleVersion = detector.Version,
        ClassId = finding.ClassId,
        Title = StateFormat.Cut(finding.Title, LongestTitle),
        Severity = finding.Severity,
        Outcome = finding.Outcome,
        Attack = finding.Attack,
        Source = finding.Source,
        Subject = StateFormat.Cut(finding.Subject, LongestSubject),
        Content = [.. finding.Content.Take(MostItems).Select(c => c with { Content = StateFormat.Cut(c.Content, LongestContent) })],
        Processes = [.. finding.Processes.Take(MostProcesses)],
        Evidence = [.. finding.Evidence.Take(MostEvidence).Select(Cut)],
        EvidenceComplete = finding.EvidenceGaps.IsEmpty,
        EvidenceGaps = finding.EvidenceGaps,
        PolicyId = finding.PolicyId ?? policy.Id,
        PolicyVersion = finding.PolicyVersion ?? policy.Version,
        Recommendation = finding.Recommendation,
        DedupKey = key,
        Labels = finding.Labels,
    };
}
