using System.Collections.Immutable;
using Pipeline.Archive.Manifests;
using Pipeline.Domain.Identity;

namespace Pipeline.Replay.Certificates;

/// <summary>How far a result can be trusted.</summary>
public enum Completeness
{
    /// <summary>Every event that it rests on was there.</summary>
    Complete = 0,

    /// <summary>Events are known to be missing where it rests.</summary>
    Tainted = 1,

    /// <summary>What happened before the first event that was read is not known.</summary>
    Unknown = 2,
}

/// <summary>What one alarm rests on.</summary>
/// <param name="First">First and last sequence number of its evidence.</param>
/// <param name="Reasons">Why it is not complete, for people; empty when it is.</param>
/// <param name="Policy">Id and version.</param>
/// <param name="Detector">Name and version of what raised it; empty when it was raised before the first event that was read.</param>
public sealed record AlarmCertificate(
    Guid Alarm, Completeness Completeness, ImmutableArray<string> Reasons, NodeBoot Node, long First, long Last, string Policy,
        string Detector);

/// <summary>What a replay rests on.</summary>
/// <param name="Policies">Id, version and key of each policy.</param>
/// <param name="Detectors">Name and version of each.</param>
/// <param name="Hash">Of everything that it told: see <see cref="AlarmHash"/>.</param>
public sealed record ReplayCertificate(
    Completeness Completeness, ImmutableArray<string> Reasons, ImmutableArray<PartitionCertificate> Partitions,
        ImmutableArray<SequenceCertificate> Sequences,
    ImmutableArray<string> Policies, ImmutableArray<string> Detectors, string Hash);

/// <summary>What was read of a partition.</summary>
public sealed record PartitionCertificate(int Partition, string Start, long FirstOffset, long NextOffset, int Segments, long TailRecords);

/// <summary>What was read of one boot of one node.</summary>
/// <param name="Gaps">Numbers that are missing between those that were read.</param>
/// <param name="Losses">Events that the agent reported as lost before they had numbers.</param>
public sealed record SequenceCertificate(
    NodeBoot Node, ImmutableArray<SequenceRange> Ranges, ImmutableArray<SequenceRange> Gaps, long Losses);
