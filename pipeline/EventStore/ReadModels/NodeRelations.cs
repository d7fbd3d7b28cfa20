namespace Pipeline.EventStore.ReadModels;

/// <summary>What the raw log says of nodes and containers, and how far it has been read.</summary>
internal static class NodeRelations
{
    public static readonly ReadRelation Containers = new(Tables.Containers,
        "Containers and how they may touch their host, as of the last checkpoint. Removed ones stay for a week.",
    [
        new("node", "text", "Node."),
        new("container_id", "text", "Full container id."),
        new("boot", "text", "Boot of the node in which it was last reported."),
        new("name", "text", "Container name; empty where not described."),
        new("image", "text", "Image reference."),
        new("image_digest", "text", "Image digest."),
        new("runtime", "text", "docker, containerd, cri-o, podman or file."),
        new("namespace", "text", "Kubernetes namespace."),
        new("pod", "text", "Kubernetes pod."),
        new("workload", "text", "Owner of the pod as kind/name."),
        new("state", "text", "created, running, paused, exited, removed; gone when its node has restarted without reporting it; empty where unknown."),
        new("privileged", "boolean", "Null where not described.", Nullable: true),
        new("capabilities_added", "text[]", "Capabilities asked for beside the runtime's default, without CAP_; ALL for all."),
        new("host_namespaces", "text[]", "Namespaces that are the host's: pid, ipc, network, uts, user, cgroup, mnt."),
        new("seccomp", "text", "default, unconfined or localhost; empty where not described."),
        new("no_new_privileges", "boolean", "Null where not described.", Nullable: true),
        new("host_mounts", "text[]", "Paths of the host that are mounted, as source:destination:mode."),
        new("user_name", "text", "User of the first process as written; empty where the image decides."),
        new("created_at", "timestamptz", "When it was created, if that was seen.", Nullable: true),
        new("started_at", "timestamptz", "When it was last started, if that was seen.", Nullable: true),
        new("ended_at", "timestamptz", "When it ended; null while it runs.", Nullable: true),
        new("exit_code", "integer", "Of its last end, where known.", Nullable: true),
        new("last_reported", "timestamptz", "Event time of the last report on it."),
        new("stored_at", "timestamptz", "Clock of the database at the checkpoint that told it."),
    ]);

    public static readonly ReadRelation Nodes = new(Tables.Nodes, "Nodes by their agents' heartbeats, as of the last checkpoint.",
    [
        new("node", "text", "Node."),
        new("boot", "text", "Its present boot."),
        new("agent_version", "text", "Version of the agent."),
        new("kernel_release", "text", "Kernel as uname -r says it."),
        new("architecture", "text", "Architecture."),
        new("last_heartbeat", "timestamptz", "Event time of the newest heartbeat."),
        new("last_sequence", "bigint", "Newest sequence number of the boot by then."),
        new("events_taken", "bigint", "Events numbered since boot, as the agent counts."),
        new("events_lost", "bigint", "Events lost since boot, as the agent counts."),
        new("spool_bytes", "bigint", "Bytes that wait on the node's disk for the log."),
        new("sources", "jsonb", "Sources of the agent: an array of objects with name, state and detail."),
        new("partition", "text", "Partition of the log that it writes to, as topic[number]."),
        new("clock_offset_seconds", "double precision",
            "The node's clock at the heartbeat less the database's at the checkpoint: the delay between them, some seconds below 0, unless one clock is wrong or "
            + "the pipeline is behind."),
        new("stored_at", "timestamptz", "Clock of the database at the checkpoint that told it."),
    ]);

    public static readonly ReadRelation Losses = new(Tables.Losses, "Events that agents report as lost, added up.",
    [
        new("node", "text", "Node."),
        new("cause", "text", "unknown, ring-buffer, spool, rate-limit, rejected or source-away."),
        new("hour", "timestamptz", "Beginning of the hour of the reports."),
        new("reports", "bigint", "How often loss was reported."),
        new("lost", "bigint", "How many events; a source that was away counts 0, as nobody can know."),
        new("last_reported", "timestamptz", "Event time of the newest report."),
    ]);

    public static readonly ReadRelation Pipeline = new("read.pipeline_health", "How far each partition of the log has been processed and made durable.",
    [
        new("topic", "text", "Topic."),
        new("partition", "integer", "Partition."),
        new("next_offset", "bigint", "Everything below is processed and stored; null before the first checkpoint."),
        new("checkpoint_at", "timestamptz", "When that was stored. It stands still while nothing comes."),
        new("checkpoint_age_seconds", "double precision", "Until now."),
        new("checkpoint_bytes", "bigint", "Size of the saved state."),
        new("owners", "bigint", "How often the partition changed hands, the first time included."),
    ], View: $"""
        select topic, partition, next_offset, updated_at as checkpoint_at,
            extract(epoch from now() - updated_at)::double precision as checkpoint_age_seconds, octet_length(state)::bigint as checkpoint_bytes, token as owners
        from {Tables.Checkpoints}
        """);
}
