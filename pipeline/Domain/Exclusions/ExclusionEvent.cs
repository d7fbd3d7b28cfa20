using System.Collections.Immutable;

namespace Pipeline.Domain.Exclusions;

/// <summary>
/// Something that happened to an exclusion: a rule of people that whitelists the alarms that match it for as long as it holds. Alarms are
/// raised all the same, so nothing is lost when it ends.
/// </summary>
public abstract record ExclusionEvent
{
    private protected ExclusionEvent()
    {
    }

    public required Guid ExclusionId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who did it: a name as it was given, or "expiry".</summary>
    public required string Actor { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}

/// <summary>It holds from now on, for open alarms too.</summary>
public sealed record ExclusionAdded : ExclusionEvent
{
    /// <summary>All must be so.</summary>
    public required ImmutableArray<ExclusionCondition> Conditions { get; init; }

    /// <summary>When it ends by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>It was removed or expired: what it had hidden is shown again.</summary>
public sealed record ExclusionEnded : ExclusionEvent
{
    /// <summary>Whether its time had come, instead of somebody removing it.</summary>
    public required bool Expired { get; init; }
}
