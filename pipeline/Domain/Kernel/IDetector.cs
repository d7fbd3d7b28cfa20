using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>What a detector is and what it wants to see; the kernel hands it nothing else.</summary>
/// <param name="Name">Stable name, used for actors, metrics and stored state ("abnormal-startup").</param>
/// <param name="Version">Version of its rules and of the state it saves. A state of another version is not loaded.</param>
public sealed record DetectorSpec(string Name, AlarmType Type, int Version, EventKinds Kinds);

/// <summary>A set of <see cref="EventKind"/>; bit n stands for kind n.</summary>
[Flags]
public enum EventKinds
{
    None = 0,
    Container = 1 << EventKind.Container,
    Process = 1 << EventKind.Process,
    File = 1 << EventKind.File,
    Syscall = 1 << EventKind.Syscall,
    Mount = 1 << EventKind.Mount,
    Loss = 1 << EventKind.Loss,
    Heartbeat = 1 << EventKind.Heartbeat,
}

/// <summary>
/// One alarm type's rules as a pure state machine: what it reports depends on nothing but the observations so far and their order. It owns
/// its state and changes it in place; a state saved between any two observations and loaded into a fresh detector gives the same future.
/// Not thread-safe: one owner.
/// </summary>
public interface IDetector
{
    DetectorSpec Spec { get; }

    /// <summary>Sees one event of a kind it listens to, in the order of the partition.</summary>
    void Observe(in Observation observation, IFindings findings);

    /// <summary>
    /// Event time of one node has passed <paramref name="watermarkNs"/> (CLOCK_BOOTTIME): windows may close, state may be let go.
    /// </summary>
    void Advance(NodeBoot node, long watermarkNs, IFindings findings);

    void Save(BinaryWriter state);

    void Load(BinaryReader state);
}

/// <summary>Where a detector puts what it found; the kernel turns findings into alarm events and counts repeats.</summary>
public interface IFindings
{
    /// <summary>Who asks for reasons; null when nobody does.</summary>
    IReasons? Reasons { get; }

    void Report(Finding finding);

    /// <summary>
    /// Says that what was reported under this key has come true (see <see cref="AlarmConfirmed"/>). Without an open alarm of that key
    /// nothing happens.
    /// </summary>
    void Confirm(NodeBoot node, string dedupKey, EventTime at, Evidence evidence);
}
