using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Runtime.Processing;

/// <summary>
/// Lane to partition: run this batch. The answer is a <see cref="PartitionAnswer"/>; until it comes the batch must not be touched.
/// </summary>
internal sealed record RunBatch(EventBatch Batch);

/// <summary>Lane to partition: give the state between the last batch and the next. The answer is a <see cref="PartitionAnswer"/>.</summary>
internal sealed record TakeState
{
    public static TakeState Instance { get; } = new();
}

/// <summary>
/// Lane to partition: go on under these detectors, the same ones in the same order under another policy, with what they remember. The answer is
/// a <see cref="PartitionAnswer"/>.
/// </summary>
internal sealed record ChangeDetectors(ImmutableArray<DetectorPost> Detectors);

/// <summary>What a partition answers its lane.</summary>
internal abstract record PartitionAnswer
{
    private PartitionAnswer()
    {
    }

    /// <summary>Every detector has seen the batch.</summary>
    public sealed record Ran(ImmutableArray<AlarmEvent> Alarms) : PartitionAnswer;

    public sealed record State(byte[] Bytes, InventoryChanges Inventory) : PartitionAnswer;

    public sealed record Changed : PartitionAnswer;

    /// <summary>
    /// The state is unknown; the partition takes no more. <paramref name="Faults"/> says which event did it, where one did.
    /// </summary>
    public sealed record Broken(string Reason, ImmutableArray<DetectorFault> Faults) : PartitionAnswer;
}

internal sealed record DetectorFault(string Detector, EventId EventId, Exception Cause);

/// <summary>Partition to detector.</summary>
internal sealed record FeedDetector(EnrichedBatch Batch);

/// <summary>Detector to partition. <paramref name="Seat"/> is its place among the partition's detectors.</summary>
internal sealed record DetectorFed(int Seat, ImmutableArray<PlacedAlarm> Alarms);

internal sealed record DetectorFailed(int Seat, DetectorFault Fault);

internal sealed record SaveDetector
{
    public static SaveDetector Instance { get; } = new();
}

internal sealed record DetectorSaved(int Seat, StateSection State);

internal sealed record ChangeDetector(DetectorFactory Detector);

internal sealed record DetectorChanged;
