using System.Collections.Immutable;
using Pipeline.Api.Ports;
using Pipeline.Domain.Policies;

namespace Api.Tests;

/// <summary>The policy in memory; "bad" in a document is a fault.</summary>
internal sealed class FakePolicies : IPolicies, IPolicyDocuments
{
    private static readonly DateTimeOffset Moment = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);

    public List<StoredPolicy> Stored { get; } = [];

    public Task<ImmutableArray<StoredPolicy>> HistoryAsync(int limit, CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<StoredPolicy>>([.. Stored.AsEnumerable().Reverse().Take(limit)]);

    public Task<StoredPolicy?> FindAsync(int? revision, CancellationToken cancellation) =>
        Task.FromResult(Stored.LastOrDefault(p => revision is null || p.Revision == revision));

    public Task<PolicyOutcome> ApplyAsync(PolicyDocument document, string author, string reason, int? expected, CancellationToken cancellation) =>
        ChangeAsync(document, author, reason, expected, null);

    public Task<PolicyOutcome> RollBackAsync(int revision, string author, string reason, int? expected, CancellationToken cancellation) =>
        revision > Stored.Count
            ? Task.FromResult<PolicyOutcome>(new PolicyOutcome.NoSuchRevision())
            : ChangeAsync(revision == 0 ? null : Stored[revision - 1].Document, author, reason, expected, revision);

    public Task<ImmutableArray<StoredPolicyPosition>> PositionsAsync(string topic, int partition, int limit, CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<StoredPolicyPosition>>([new(topic, partition, 42, "shop", 4, "ab", Moment)]);

    public (PolicyDocument? Document, ImmutableArray<PolicyDocumentFault> Faults) Read(string text) => text.Contains("bad", StringComparison.Ordinal)
        ? (null, [new(2, 3, "abnormal-startup", "knows no setting 'bad'")])
        : (new PolicyDocument("shop", text.Length, text), []);

    public ImmutableArray<PolicySettingDifference>? Differences(PolicyDocument? from, PolicyDocument? to) =>
        from == to ? [] : [new PolicySettingDifference("id", from?.Id ?? "default", to?.Id ?? "default")];

    private Task<PolicyOutcome> ChangeAsync(PolicyDocument? document, string author, string reason, int? expected, int? restored)
    {
        if (expected is not null && expected != Stored.Count) return Task.FromResult<PolicyOutcome>(new PolicyOutcome.Changed(Stored.Count));
        Stored.Add(new StoredPolicy(Stored.Count + 1, document, author, reason, Moment, restored));
        return Task.FromResult<PolicyOutcome>(new PolicyOutcome.Holds(Stored[^1]));
    }
}
