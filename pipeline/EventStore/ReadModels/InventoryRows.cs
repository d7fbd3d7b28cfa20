using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Npgsql;
using Pipeline.Domain.Kernel;
using Pipeline.Runtime.Ports;

namespace Pipeline.EventStore.ReadModels;

/// <summary>
/// Keeps what is known of nodes and containers, in the transaction of a checkpoint: so it is told exactly once, in the order of the log.
/// </summary>
internal static class InventoryRows
{
    private const string Containers = $"""
        insert into {Tables.Containers} as c (node, container_id, boot, name, image, image_digest, runtime, namespace, pod, workload, state, privileged,
            capabilities_added, host_namespaces, seccomp, no_new_privileges, host_mounts, user_name, created_at, started_at, ended_at, exit_code, last_reported,
            stored_at)
        select node, container_id, boot, name, image, image_digest, runtime, namespace, pod, workload, state, privileged, capabilities_added, host_namespaces,
            seccomp, no_new_privileges, host_mounts, user_name, created_at, started_at, ended_at, exit_code, last_reported, clock_timestamp()
        from jsonb_populate_recordset(null::{Tables.Containers}, $1::jsonb)
        on conflict (node, container_id) do update set
            boot = excluded.boot, name = excluded.name, image = excluded.image, image_digest = excluded.image_digest, runtime = excluded.runtime,
            namespace = excluded.namespace, pod = excluded.pod, workload = excluded.workload,
            privileged = excluded.privileged, capabilities_added = excluded.capabilities_added, host_namespaces = excluded.host_namespaces,
            seccomp = excluded.seccomp, no_new_privileges = excluded.no_new_privileges, host_mounts = excluded.host_mounts, user_name = excluded.user_name,
            {Happened}
        """;

    /// <summary>Of containers that are not described: what is known of them stays.</summary>
    private const string Undescribed = $"""
        insert into {Tables.Containers} as c (node, container_id, boot, name, image, image_digest, runtime, namespace, pod, workload, state,
            capabilities_added, host_namespaces, seccomp, host_mounts, user_name, created_at, started_at, ended_at, exit_code, last_reported, stored_at)
        select node, container_id, boot, '', '', '', runtime, '', '', '', state, array[]::text[], array[]::text[], '', array[]::text[], '',
            created_at, started_at, ended_at, exit_code, last_reported, clock_timestamp()
        from jsonb_populate_recordset(null::{Tables.Containers}, $1::jsonb)
        on conflict (node, container_id) do update set boot = excluded.boot, {Happened}
        """;

    private const string Happened = """
        state = coalesce(nullif(excluded.state, ''), c.state),
            created_at = coalesce(excluded.created_at, c.created_at),
            started_at = coalesce(excluded.started_at, c.started_at),
            ended_at = case when excluded.ended_at is not null then excluded.ended_at
                when excluded.started_at is not null or excluded.state in ('created', 'running') then null else c.ended_at end,
            exit_code = case when excluded.exit_code is not null then excluded.exit_code
                when excluded.started_at is not null or excluded.state in ('created', 'running') then null else c.exit_code end,
            last_reported = excluded.last_reported, stored_at = excluded.stored_at
        """;

    private const string Nodes = $"""
        insert into {Tables.Nodes} as n (node, boot, agent_version, kernel_release, architecture, last_heartbeat, last_sequence, events_taken, events_lost,
            spool_bytes, sources, partition, clock_offset_seconds, stored_at)
        select node, boot, agent_version, kernel_release, architecture, last_heartbeat, last_sequence, events_taken, events_lost, spool_bytes, sources, $2,
            extract(epoch from last_heartbeat - clock_timestamp()), clock_timestamp()
        from jsonb_populate_recordset(null::{Tables.Nodes}, $1::jsonb)
        on conflict (node) do update set boot = excluded.boot, agent_version = excluded.agent_version, kernel_release = excluded.kernel_release,
            architecture = excluded.architecture, last_heartbeat = excluded.last_heartbeat, last_sequence = excluded.last_sequence,
            events_taken = excluded.events_taken, events_lost = excluded.events_lost, spool_bytes = excluded.spool_bytes, sources = excluded.sources,
            partition = excluded.partition, clock_offset_seconds = excluded.clock_offset_seconds, stored_at = excluded.stored_at
        """;

    /// <summary>A node that has restarted has stopped what ran before; what it started again is reported under the new boot.</summary>
    private const string Gone = $"""
        update {Tables.Containers} c set state = 'gone', ended_at = coalesce(c.ended_at, n.last_heartbeat)
        from {Tables.Nodes} n where n.node = any($1) and c.node = n.node and c.boot <> n.boot and c.state in ('created', 'running', 'paused')
        """;

    private const string Losses = $"""
        insert into {Tables.Losses} as l (node, cause, hour, reports, lost, last_reported)
        select node, cause, hour, reports, lost, last_reported from jsonb_populate_recordset(null::{Tables.Losses}, $1::jsonb)
        on conflict (node, cause, hour) do update set reports = l.reports + excluded.reports, lost = l.lost + excluded.lost,
            last_reported = greatest(l.last_reported, excluded.last_reported)
        """;

    private const string Forget = $"delete from {Tables.Containers} where state in ('removed', 'gone') and stored_at < now() - interval '7 days'";

    public static async Task WriteAsync(
        NpgsqlConnection connection, PartitionId partition, InventoryChanges changes, CancellationToken cancellation)
    {
        if (changes.IsEmpty) return;
        await using NpgsqlBatch batch = connection.CreateBatch();
        ContainerRow[] containers = [.. changes.Containers.Select(ContainerRow.From)];
        Add(batch, Containers, [.. containers.Where(row => row.Described)], RowJson.Default.ListContainerRow);
        Add(batch, Undescribed, [.. containers.Where(row => !row.Described)], RowJson.Default.ListContainerRow);
        Add(batch, Losses, [.. changes.Losses.Select(LossRow.From)], RowJson.Default.ListLossRow);
        List<NodeRow> nodes = [.. changes.Nodes.Select(NodeRow.From)];
        Add(batch, Nodes, nodes, RowJson.Default.ListNodeRow)?.Parameters.Add(new NpgsqlParameter<string> { TypedValue = partition.ToString() });
        if (nodes.Count > 0)
        {
            var gone = new NpgsqlBatchCommand(Gone);
            gone.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. nodes.Select(node => node.Node)] });
            batch.BatchCommands.Add(gone);
        }

        if (containers.Any(row => row.State == "removed")) batch.BatchCommands.Add(new NpgsqlBatchCommand(Forget));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlBatchCommand? Add<TRow>(NpgsqlBatch batch, string sql, List<TRow> rows, JsonTypeInfo<List<TRow>> type)
    {
        if (rows.Count == 0) return null;
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = JsonSerializer.Serialize(rows, type) });
        batch.BatchCommands.Add(command);
        return command;
    }
}
