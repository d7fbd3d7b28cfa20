using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Alarms;

/// <summary>
/// Something that became true of one alarm: what a detector saw (<see cref="DetectedEvent"/>), or what somebody did about it
/// (<see cref="AlarmActionTaken"/>). An alarm is the ordered stream of its events; every view is a fold of them, nothing is updated in place.
/// </summary>
public abstract record AlarmEvent
{
    private protected AlarmEvent()
    {
    }

    public required Guid AlarmId { get; init; }

    /// <summary>Wall time of the raw event that caused this, or of the action.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The same however often it is told.</summary>
    public abstract Guid EventId { get; }
}

/// <summary>
/// What a detector has to say of an alarm. Its id is a hash of the alarm and the ordinal in it, so that processing the same log twice gives
/// the same ids and storing is idempotent.
/// </summary>
public abstract record DetectedEvent : AlarmEvent
{
    private protected DetectedEvent()
    {
    }

    /// <summary>Position in the alarm's own sequence of detector-made events, from 0.</summary>
    public required int Ordinal { get; init; }

    public sealed override Guid EventId => DeterministicId.From(AlarmId.ToString("N"), Ordinal.ToString(CultureInfo.InvariantCulture));
}

/// <summary>An alarm began. Later events only add to it.</summary>
public sealed record AlarmRaised : DetectedEvent
{
    public required AlarmType Type { get; init; }

    /// <summary>The rule of the specification (VE-01, AS-01), with the version of its implementation.</summary>
    public required string RuleId { get; init; }

    public required int RuleVersion { get; init; }

    /// <summary>Class id in the style of HSS's public API ("container_1003"); empty where it has none.</summary>
    public required string ClassId { get; init; }

    public required string Title { get; init; }

    public required Severity Severity { get; init; }

    public required Outcome Outcome { get; init; }

    /// <summary>ATT&amp;CK technique ids.</summary>
    public required ImmutableArray<string> Attack { get; init; }

    public required AlarmSource Source { get; init; }

    /// <summary>What it is about: a path, a system call, a container's name.</summary>
    public required string Subject { get; init; }

    public required ImmutableArray<ContentItem> Content { get; init; }

    /// <summary>Who did it and its ancestors, nearest first; empty where no process did, and in events stored before there was this field.</summary>
    public ImmutableArray<AlarmProcess> Processes { get; init => field = value.IsDefault ? [] : value; } = [];

    public required ImmutableArray<Evidence> Evidence { get; init; }

    /// <summary>False when events are known to be missing in the window that decided; <see cref="EvidenceGaps"/> says which.</summary>
    public required bool EvidenceComplete { get; init; }

    public required ImmutableArray<string> EvidenceGaps { get; init; }

    public required string PolicyId { get; init; }

    public required int PolicyVersion { get; init; }

    public required string Recommendation { get; init; }

    /// <summary>Key under which repeats are absorbed while the episode lasts.</summary>
    public required string DedupKey { get; init; }

    /// <summary>Short marks such as "existing" (was running before the agent looked).</summary>
    public required ImmutableArray<string> Labels { get; init; }
}

/// <summary>What was announced came true: the container that was created with these settings started.</summary>
public sealed record AlarmConfirmed : DetectedEvent
{
    public required Evidence Evidence { get; init; }
}

/// <summary>
/// What the container is became known after the alarm about it had been raised. Its source is this from now on; nothing else changes.
/// </summary>
public sealed record AlarmAmended : DetectedEvent
{
    public required AlarmSource Source { get; init; }

    /// <summary>The description.</summary>
    public required Evidence Evidence { get; init; }
}

/// <summary>The same behaviour again. Counts are running totals, so that the latest event alone is exact.</summary>
public sealed record AlarmRecurred : DetectedEvent
{
    /// <summary>Occurrences so far, the first one included.</summary>
    public required long Occurrences { get; init; }

    /// <summary>The newest occurrence.</summary>
    public required Evidence Evidence { get; init; }
}

/// <summary>A repeat was worse than what was known.</summary>
public sealed record AlarmEscalated : DetectedEvent
{
    public required Severity Severity { get; init; }

    public required Outcome Outcome { get; init; }

    public required Evidence Evidence { get; init; }
}
