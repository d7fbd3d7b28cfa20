using System.Collections.Immutable;
using Pipeline.Domain.Exclusions;

namespace Pipeline.Api.Ports;

/// <summary>An exclusion as it stands.</summary>
/// <param name="Hides">Alarms that it hides now.</param>
public sealed record StoredExclusion(
    Guid Id,
    ImmutableArray<ExclusionCondition> Conditions,
    string Reason,
    string AddedBy,
    DateTimeOffset AddedAt,
    DateTimeOffset? ExpiresAt,
    ExclusionState State,
    string EndedBy,
    DateTimeOffset? EndedAt,
    string EndReason,
    long Hides);

public enum ExclusionState
{
    Active,
    Removed,
    Expired,
}

/// <summary>What an exclusion would do.</summary>
/// <param name="Open">Alarms that want attention and that it would hide; counted up to <see cref="IExclusions.MostCounted"/>.</param>
/// <param name="Past">Alarms that match and are resolved already: they stay as they are.</param>
/// <param name="Sample">The newest of those that it would hide.</param>
public sealed record ExclusionPreview(long Open, long Past, ImmutableArray<AlarmSummary> Sample);

/// <summary>Whitelist rules. Thread-safe. Throws only <see cref="AlarmStoreUnavailableException"/>, when the store is away.</summary>
public interface IExclusions
{
    /// <summary>Where a preview stops counting.</summary>
    const int MostCounted = 100_000;

    Task<ExclusionPreview> PreviewAsync(ImmutableArray<ExclusionCondition> conditions, CancellationToken cancellation);

    /// <summary>Adds one; the same id again changes nothing. It holds for alarms stored from now on, and within seconds for open ones.</summary>
    /// <returns>Null when <see cref="ExclusionRules.MostAtOnce"/> hold already.</returns>
    Task<StoredExclusion?> AddAsync(
        Guid id, ImmutableArray<ExclusionCondition> conditions, string actor, string reason, DateTimeOffset? expiresAt, CancellationToken cancellation);

    /// <summary>Ends one; what it hides is shown again within seconds. One that has ended stays as it is.</summary>
    /// <returns>Null when there is none.</returns>
    Task<StoredExclusion?> RemoveAsync(Guid id, string actor, string reason, CancellationToken cancellation);

    /// <summary>The newest added first.</summary>
    /// <param name="all">Those that have ended too.</param>
    Task<ImmutableArray<StoredExclusion>> ListAsync(bool all, int limit, CancellationToken cancellation);

    Task<StoredExclusion?> FindAsync(Guid id, CancellationToken cancellation);
}
