using System.Collections.Immutable;
using Npgsql;
using Pipeline.Domain.Policies;
using Pipeline.Runtime.Ports;

namespace Pipeline.EventStore.Policies;

/// <summary>
/// Which policy held from which offset of a partition on: an append-only list. At an offset held what was recorded last at or below it.
/// </summary>
internal static class PolicyPositions
{
    private const string SaveDocument = $"""
        insert into {Tables.PolicyDocuments} (hash, policy_id, policy_version, document) values ($1, $2, $3, $4) on conflict do nothing
        """;

    /// <summary>Numbered under the lock of the partition's row.</summary>
    private const string SavePosition = $"""
        insert into {Tables.PolicyPositions} (topic, partition, number, from_offset, policy_id, policy_version, hash, recorded_at)
        select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, now() from {Tables.PolicyPositions} where topic = $1 and partition = $2
        """;

    /// <summary>What holds at an offset, and what was recorded after that for offsets behind it.</summary>
    private const string Known = $"""
        with holds as (select coalesce(max(number), 0) as number from {Tables.PolicyPositions}
            where topic = $1 and partition = $2 and from_offset <= $3)
        select p.from_offset, d.policy_id, d.policy_version, d.document
        from {Tables.PolicyPositions} p join {Tables.PolicyDocuments} d on d.hash = p.hash, holds
        where p.topic = $1 and p.partition = $2 and p.number >= holds.number order by p.number
        """;

    private const string Newest = $"select revision, policy_id, policy_version, document from {Tables.Policies}";

    /// <summary>In the transaction that has the partition's row locked.</summary>
    public static async Task SaveAsync(
        NpgsqlConnection connection, PartitionId partition, ImmutableArray<PolicyPosition> positions, CancellationToken cancellation)
    {
        if (positions.IsEmpty) return;
        await using NpgsqlBatch batch = connection.CreateBatch();
        foreach (PolicyPosition position in positions)
        {
            PolicyDocument document = position.Document;
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SaveDocument)
            {
                Parameters = { Text(document.Hash), Text(document.Id), Number(document.Version), Text(document.Text) },
            });
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SavePosition)
            {
                Parameters =
                {
                    Text(partition.Topic), Number(partition.Partition), new NpgsqlParameter<long> { TypedValue = position.Offset },
                    Text(document.Id), Number(document.Version), Text(document.Hash),
                },
            });
        }

        await batch.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<(ImmutableArray<PolicyPosition> Known, PolicyRevision? Newest)> ReadAsync(
        NpgsqlDataSource connections, PartitionId partition, long offset, CancellationToken cancellation)
    {
        await using NpgsqlBatch batch = connections.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Known)
        {
            Parameters = { Text(partition.Topic), Number(partition.Partition), new NpgsqlParameter<long> { TypedValue = offset } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Newest));
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellation);
        var known = ImmutableArray.CreateBuilder<PolicyPosition>();
        while (await reader.ReadAsync(cancellation)) known.Add(new PolicyPosition(reader.GetInt64(0), Document(reader)));
        await reader.NextResultAsync(cancellation);
        bool changed = await reader.ReadAsync(cancellation);
        return (known.ToImmutable(), changed ? new PolicyRevision(reader.GetInt32(0), reader.GetString(1).Length > 0 ? Document(reader) : null) : null);
    }

    private static PolicyDocument Document(NpgsqlDataReader reader) => new(reader.GetString(1), reader.GetInt32(2), reader.GetString(3));

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private static NpgsqlParameter<int> Number(int value) => new() { TypedValue = value };
}
