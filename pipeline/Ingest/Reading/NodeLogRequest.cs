using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Ingest.Reading;

/// <summary>Where the reading of a node's log begins. Closed.</summary>
public abstract record NodeLogStart
{
    private NodeLogStart()
    {
    }

    /// <summary>With the oldest record that the topic still holds.</summary>
    public sealed record Beginning : NodeLogStart;

    public sealed record AtOffset(long Offset) : NodeLogStart;

    /// <summary>With the first record that the broker has stamped with this time or a later one.</summary>
    public sealed record AtTime(DateTimeOffset Time) : NodeLogStart;
}

/// <summary>What to read of the log.</summary>
/// <param name="BootstrapServers">host:port, comma separated.</param>
/// <param name="ClientSettings">Further librdkafka settings, for example for TLS and SASL.</param>
public sealed record NodeLogRequest(
    string BootstrapServers, string Topic, NodeId Node, NodeLogStart Start, IReadOnlyDictionary<string, string> ClientSettings);

/// <summary>What was read.</summary>
/// <param name="Partition">Where the node's records are; null when there were none.</param>
/// <param name="FirstOffset">Where reading began in that partition.</param>
/// <param name="OldestOffset">The oldest record that the partition still holds: what was before it is gone.</param>
/// <param name="EndOffset">Behind the last record that was read or passed over.</param>
/// <param name="Batches">The node's batches.</param>
/// <param name="Undecodable">Records of the node that are no batches: for the pipeline they are dead letters.</param>
public sealed record NodeLogSummary(int? Partition, long FirstOffset, long OldestOffset, long EndOffset, long Batches, long Undecodable);

/// <summary>Takes one batch of the node, which is valid during the call only.</summary>
/// <returns>False when no more are wanted.</returns>
public delegate bool TakeBatch(EventBatch batch);

/// <summary>The log cannot be read; the message says why, for people.</summary>
public sealed class NodeLogException(string message) : Exception(message);
