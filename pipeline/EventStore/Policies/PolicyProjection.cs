using JasperFx.Events;
using Marten;
using Marten.Events.Projections;
using Pipeline.Domain.Policies;

namespace Pipeline.EventStore.Policies;

/// <summary>Keeps <c>read.policy_history</c> and <c>read.policies</c> in the transaction that appends.</summary>
internal sealed class PolicyProjection : IProjection
{
    /// <summary>The policy of the system, of which there is one.</summary>
    public const string Name = "detection";

    private const string Insert = $"""
        insert into {Tables.PolicyHistory}
            (revision, change, policy_id, policy_version, hash, author, reason, changed_at, restored_revision, document)
        values (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, -1), ?)
        """;

    private const string Upsert = $"""
        insert into {Tables.Policies} (name, revision, policy_id, policy_version, hash, author, reason, changed_at, document)
        values ('{Name}', ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (name) do update set revision = excluded.revision, policy_id = excluded.policy_id, policy_version = excluded.policy_version,
            hash = excluded.hash, author = excluded.author, reason = excluded.reason, changed_at = excluded.changed_at, document = excluded.document
        """;

    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        foreach (PolicyEvent e in events.Select(stored => stored.Data).OfType<PolicyEvent>())
        {
            (string id, int version, string hash, string text) = e.Document is { } document
                ? (document.Id, document.Version, document.Hash, document.Text) : ("", 0, "", "");
            int restored = e is PolicyRolledBack back ? back.ToRevision : -1;
            operations.QueueSqlCommand(
                Insert, e.Revision, restored < 0 ? "applied" : "rolled-back", id, version, hash, e.Author, e.Reason, e.At.ToUniversalTime(), restored, text);
            operations.QueueSqlCommand(Upsert, e.Revision, id, version, hash, e.Author, e.Reason, e.At.ToUniversalTime(), text);
        }

        return Task.CompletedTask;
    }
}
