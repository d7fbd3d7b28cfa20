using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// One occurrence of what a rule looks for. Findings with the same <see cref="DedupKey"/> on one node are one alarm until <see
/// cref="EpisodeNs"/> after the first of them (or until <see cref="QuietNs"/> without any, where that is set).
/// </summary>
public sealed record Finding
{
    public required string RuleId { get; init; }

    public required string ClassId { get; init; }

    public required string Title { get; init; }

    public required Severity Severity { get; init; }

    public required Outcome Outcome { get; init; }

    public required ImmutableArray<string> Attack { get; init; }

    public required AlarmSource Source { get; init; }

    public required string Subject { get; init; }

    public required ImmutableArray<ContentItem> Content { get; init; }

    public required ImmutableArray<Evidence> Evidence { get; init; }

    /// <summary>The event that completed it; names the episode when this finding opens one.</summary>
    public required EventId Cause { get; init; }

    public required EventTime At { get; init; }

    public required string DedupKey { get; init; }

    public required string Recommendation { get; init; }

    /// <summary>Who did it and its ancestors, nearest first; empty where no process did.</summary>
    public ImmutableArray<AlarmProcess> Processes { get; init; } = [];

    public ImmutableArray<string> Labels { get; init; } = [];

    public ImmutableArray<string> EvidenceGaps { get; init; } = [];

    /// <summary>Where a list with a name of its own decided (a whitelist); null: the policy that the detector runs under.</summary>
    public string? PolicyId { get; init; }

    /// <summary>Version of <see cref="PolicyId"/>; null likewise.</summary>
    public int? PolicyVersion { get; init; }

    public long EpisodeNs { get; init; } = 24 * 3600 * EventTime.NanosecondsPerSecond;

    public long? QuietNs { get; init; }
}
