using Confluent.Kafka;

namespace Pipeline.Ingest;

/// <summary>Settings of the way from the log into the runtime. <see cref="Validate"/> names every bound.</summary>
public sealed record IngestOptions
{
    /// <summary>host:port, comma separated.</summary>
    public required string BootstrapServers { get; init; }

    public string Topic { get; init; } = "node-events";

    public string DeadLetterTopic { get; init; } = "dead-letters";

    /// <summary>Where changes of the policy come from.</summary>
    public string PolicyTopic { get; init; } = "policies";

    public string GroupId { get; init; } = "pipeline.detectors";

    /// <summary>Name of this process in the group, kept over restarts (static membership); null for a new member at each start.</summary>
    public string? GroupInstanceId { get; init; }

    /// <summary>How partitions are spread over the processes of the group; all of them must agree. See ADR 3.</summary>
    public PartitionAssignmentStrategy Assignment { get; init; } = PartitionAssignmentStrategy.CooperativeSticky;

    /// <summary>Creates missing topics at start, with the broker's default replication.</summary>
    public bool CreateTopics { get; init; }

    /// <summary>Partitions of a created events topic.</summary>
    public int CreatedPartitions { get; init; } = 8;

    /// <summary>A partition is paused when its lane's buffer holds this many records...</summary>
    public int BufferHighRecords { get; init; } = 512;

    /// <summary>...and goes on at this many; see also the bytes.</summary>
    public int BufferLowRecords { get; init; } = 128;

    public long BufferHighBytes { get; init; } = 8 * 1024 * 1024;

    public long BufferLowBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Records that the client library prefetches for a partition; small, as a pause throws them away.</summary>
    public int PrefetchRecords { get; init; } = 256;

    /// <summary>Bound of the client library's queue over all partitions.</summary>
    public int PrefetchKilobytes { get; init; } = 32 * 1024;

    /// <summary>Largest record that is decoded; larger ones are dead letters.</summary>
    public int MaxRecordBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// How long the broker waits for a silent process before it gives its partitions away: how long alarms stand still after a kill. Owners that were only slow
    /// are fenced by the store, so it can be short.
    /// </summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a revoked partition's lane may take to store what it has in hand; at most half of the session timeout.</summary>
    public TimeSpan RevokeWait { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>How long an assignment waits for checkpoints before it leaves the partition parked and tries again later.</summary>
    public TimeSpan AcquireWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Rest before a failed lane is opened again: doubles from the least to the most while no checkpoint gets through.</summary>
    public TimeSpan ReopenDelayLeast { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan ReopenDelayMost { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Rest before the whole consumer is built anew after it failed for good.</summary>
    public TimeSpan RestartDelayLeast { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan RestartDelayMost { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a dead letter may take to be acknowledged, retries included, before the lane fails.</summary>
    public TimeSpan DeadLetterWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>More librdkafka settings for every client (security for example). They win over ours, except for those that keep progress right.</summary>
    public IReadOnlyDictionary<string, string> ClientSettings { get; init; } = new Dictionary<string, string>();

    /// <summary>What is wrong, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(BootstrapServers)) yield return "BootstrapServers must name at least one broker.";
        if (!IsName(Topic)) yield return "Topic must be a topic name.";
        if (!IsName(DeadLetterTopic)) yield return "DeadLetterTopic must be a topic name.";
        if (!IsName(PolicyTopic)) yield return "PolicyTopic must be a topic name.";
        if (Topic == DeadLetterTopic) yield return "DeadLetterTopic must differ from Topic, or dead letters would be read again.";
        if (string.IsNullOrWhiteSpace(GroupId)) yield return "GroupId must not be empty.";
        if (CreatedPartitions is < 1 or > 1024) yield return "CreatedPartitions must be 1 to 1024.";
        if (BufferHighRecords is < 2 or > 1_000_000) yield return "BufferHighRecords must be 2 to 1,000,000.";
        if (BufferLowRecords < 0 || BufferLowRecords >= BufferHighRecords) yield return "BufferLowRecords must be below BufferHighRecords.";
        if (BufferHighBytes is < 1024 or > 1L << 30) yield return "BufferHighBytes must be 1 KiB to 1 GiB.";
        if (BufferLowBytes < 0 || BufferLowBytes >= BufferHighBytes) yield return "BufferLowBytes must be below BufferHighBytes.";
        if (PrefetchRecords is < 1 or > 100_000) yield return "PrefetchRecords must be 1 to 100,000.";
        if (PrefetchKilobytes is < 1024 or > 1024 * 1024) yield return "PrefetchKilobytes must be 1,024 to 1,048,576.";
        if (MaxRecordBytes is < 1024 or > 64 * 1024 * 1024) yield return "MaxRecordBytes must be 1 KiB to 64 MiB.";
        if (!Within(SessionTimeout, 1, 1800)) yield return "SessionTimeout must be 1 second to 30 minutes.";
        if (RevokeWait < TimeSpan.Zero || RevokeWait > SessionTimeout / 2) yield return "RevokeWait must be at most half of SessionTimeout.";
        if (AcquireWait < TimeSpan.Zero || AcquireWait > SessionTimeout) yield return "AcquireWait must be at most SessionTimeout.";
        if (!Ordered(ReopenDelayLeast, ReopenDelayMost)) yield return "ReopenDelayLeast must be positive and at most ReopenDelayMost.";
        if (!Ordered(RestartDelayLeast, RestartDelayMost)) yield return "RestartDelayLeast must be positive and at most RestartDelayMost.";
        if (!Within(DeadLetterWait, 1, 600)) yield return "DeadLetterWait must be 1 second to 10 minutes.";
    }

    private static bool IsName(string topic) =>
        topic.Length is > 0 and <= 249 && topic is not ("." or "..") && topic.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static bool Within(TimeSpan value, double leastSeconds, double mostSeconds) =>
        value.TotalSeconds >= leastSeconds && value.TotalSeconds <= mostSeconds;

    private static bool Ordered(TimeSpan least, TimeSpan most) => least > TimeSpan.Zero && least <= most && most <= TimeSpan.FromHours(1);
}
