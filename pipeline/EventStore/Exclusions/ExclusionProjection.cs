using System.Globalization;
using JasperFx.Events;
using Marten;
using Marten.Events.Projections;
using Pipeline.Domain.Exclusions;

namespace Pipeline.EventStore.Exclusions;

/// <summary>Keeps <c>read.exclusions</c> in the transaction that appends.</summary>
internal sealed class ExclusionProjection : IProjection
{
    private const string Insert = $"""
        insert into {Tables.Exclusions} (id, conditions, reason, added_by, added_at, expires_at, state, ended_by, end_reason)
        values (?, ?::jsonb, ?, ?, ?, nullif(?, '')::timestamptz, 'active', '', '')
        """;

    private const string Update = $"update {Tables.Exclusions} set state = ?, ended_by = ?, ended_at = ?, end_reason = ? where id = ?";

    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        foreach (IEvent e in events)
        {
            switch (e.Data)
            {
                case ExclusionAdded added:
                    operations.QueueSqlCommand(
                        Insert, added.ExclusionId, ConditionsJson.Write(added.Conditions), added.Reason, added.Actor, added.At.ToUniversalTime(),
                        added.ExpiresAt?.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture) ?? "");
                    break;
                case ExclusionEnded ended:
                    operations.QueueSqlCommand(Update, ended.Expired ? "expired" : "removed", ended.Actor, ended.At.ToUniversalTime(), ended.Reason, ended.ExclusionId);
                    break;
            }
        }

        return Task.CompletedTask;
    }
}
