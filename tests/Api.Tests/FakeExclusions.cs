using System.Collections.Immutable;
using Pipeline.Api.Ports;
using Pipeline.Domain.Exclusions;

namespace Api.Tests;

/// <summary>Exclusions in memory.</summary>
internal sealed class FakeExclusions : IExclusions
{
    private static readonly DateTimeOffset Moment = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);

    public Dictionary<Guid, StoredExclusion> Stored { get; } = [];

    public bool IsFull { get; set; }

    public Task<ExclusionPreview> PreviewAsync(ImmutableArray<ExclusionCondition> conditions, CancellationToken cancellation) =>
        Task.FromResult(new ExclusionPreview(7, 2, []));

    public Task<StoredExclusion?> AddAsync(
        Guid id, ImmutableArray<ExclusionCondition> conditions, string actor, string reason, DateTimeOffset? expiresAt, CancellationToken cancellation)
    {
        if (IsFull) return Task.FromResult<StoredExclusion?>(null);
        Stored.TryAdd(id, new StoredExclusion(id, conditions, reason, actor, Moment, expiresAt, ExclusionState.Active, "", null, "", 7));
        return Task.FromResult<StoredExclusion?>(Stored[id]);
    }

    public Task<StoredExclusion?> RemoveAsync(Guid id, string actor, string reason, CancellationToken cancellation)
    {
        if (!Stored.TryGetValue(id, out StoredExclusion? one)) return Task.FromResult<StoredExclusion?>(null);
        Stored[id] = one with { State = ExclusionState.Removed, EndedBy = actor, EndReason = reason, EndedAt = Moment };
        return Task.FromResult<StoredExclusion?>(Stored[id]);
    }

    public Task<ImmutableArray<StoredExclusion>> ListAsync(bool all, int limit, CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<StoredExclusion>>([.. Stored.Values.Where(one => all || one.State == ExclusionState.Active)]);

    public Task<StoredExclusion?> FindAsync(Guid id, CancellationToken cancellation) => Task.FromResult(Stored.GetValueOrDefault(id));
}
