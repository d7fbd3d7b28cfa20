using Confluent.Kafka;

namespace Pipeline.Ingest.Consuming;

/// <summary>What the options mean to the client library; names and defaults are those of librdkafka's CONFIGURATION.md.</summary>
internal static class ConsumerSettings
{
    public static ConsumerConfig From(IngestOptions options)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            ClientId = "pipeline-ingest",
            GroupId = options.GroupId,
            GroupInstanceId = options.GroupInstanceId,
            PartitionAssignmentStrategy = options.Assignment,
            SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds,
            HeartbeatIntervalMs = (int)Math.Clamp(options.SessionTimeout.TotalMilliseconds / 15, 100, 3000),
            AllowAutoCreateTopics = false,
            SocketKeepaliveEnable = true,
            FetchWaitMaxMs = 20,
            // The default of a second halves the throughput of a consumer whose queue runs full.
            FetchQueueBackoffMs = 5,
            QueuedMinMessages = options.PrefetchRecords,
            QueuedMaxMessagesKbytes = options.PrefetchKilobytes,
            MaxPartitionFetchBytes = 1024 * 1024,
            FetchMaxBytes = 16 * 1024 * 1024,
            // Topic and headers of a record are not needed, and cost allocations for each.
            ConsumeResultFields = "timestamp",
        };
        foreach ((string name, string value) in options.ClientSettings) config.Set(name, value);

        // Progress is the store's: an offset is stored only when a checkpoint covers it, and committed on the library's interval, for lag tools.
        config.EnableAutoOffsetStore = false;
        config.EnableAutoCommit = true;
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        config.EnablePartitionEof = false;
        return config;
    }
}
