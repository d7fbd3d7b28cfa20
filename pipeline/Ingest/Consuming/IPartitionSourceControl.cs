using System.Collections.Immutable;
using Pipeline.Runtime.Ports;

namespace Pipeline.Ingest.Consuming;

/// <summary>The handle on one running consumer. Thread-safe.</summary>
public interface IPartitionSourceControl
{
    /// <summary>The partitions that the group gave this process, open or not.</summary>
    ImmutableArray<PartitionId> Assignment { get; }

    /// <summary>True while the process is a member of the group, a broker answers, and every partition it was given has an open lane.</summary>
    bool IsConsuming { get; }

    /// <summary>Completes when the consumer has closed, for whatever reason; never fails.</summary>
    Task Ended { get; }

    /// <summary>
    /// Takes nothing more, lets lanes store what they have in hand (bounded by <see cref="IngestOptions.RevokeWait"/>), keeps the group offsets, leaves the
    /// group, completes the source, then the task.
    /// </summary>
    Task DrainAndShutdownAsync();
}
