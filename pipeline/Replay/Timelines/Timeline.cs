using System.Collections.Immutable;
using Pipeline.Domain.Identity;

namespace Pipeline.Replay.Timelines;

/// <summary>What to look at: one container around an instant.</summary>
/// <param name="Container">Its id, or the beginning of one.</param>
public sealed record TimelineRequest(string Topic, string Container, DateTimeOffset At)
{
    /// <summary>Only this node; null for any.</summary>
    public string? Node { get; init; }

    public TimeSpan Before { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan After { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Events to be marked: what an alarm rests on.</summary>
    public ImmutableHashSet<EventId> Evidence { get; init; } = [];

    /// <summary>Events of the window that are told, the ones nearest to the instant; at least 1.</summary>
    public int Most { get; init; } = 10_000;
}

/// <summary>A container around an instant.</summary>
/// <param name="Processes">The tree at the instant: parents before their children, each with its depth.</param>
/// <param name="Events">Of the window, in order.</param>
/// <param name="Notes">What is not known, for people; empty when nothing is missing.</param>
/// <param name="Read">How much was read to know it.</param>
public sealed record Timeline(
    string Container, DateTimeOffset At, ImmutableArray<TimelineProcess> Processes, ImmutableArray<TimelineEvent> Events,
    ImmutableArray<TouchedFile> Files, ImmutableArray<Connection> Connections, ImmutableArray<TimelineEvent> Privileges,
    ImmutableArray<string> Notes, TimelineReading Read);

/// <summary>What was read for a timeline.</summary>
/// <param name="Segments">Of the archive.</param>
/// <param name="Of">Segments that the archive has.</param>
/// <param name="Events">That were decoded.</param>
public sealed record TimelineReading(int Segments, int Of, long Records, long Events);

/// <summary>A process that was alive.</summary>
/// <param name="Depth">0 for those whose parent is not in the container.</param>
/// <param name="NamespacePid">As the container sees it.</param>
/// <param name="Arguments">Empty when its exec was not seen.</param>
/// <param name="Capabilities">Effective ones, as the kernel's mask.</param>
public sealed record TimelineProcess(
    int Depth, int Pid, int NamespacePid, int ParentPid, string Program, string Name, ImmutableArray<string> Arguments, uint EffectiveUid,
    ulong Capabilities, DateTimeOffset? Since);

/// <summary>Something that happened in the container or to it.</summary>
/// <param name="Evidence">Whether the alarm rests on it.</param>
public sealed record TimelineEvent(
    DateTimeOffset At, string Node, string Boot, long Sequence, string Kind, int Pid, string Program, string What, bool Evidence);

/// <summary>A file in the window.</summary>
public sealed record TouchedFile(string Path, ImmutableArray<string> Operations, long Count, DateTimeOffset First, DateTimeOffset Last);

/// <summary>An address in the window.</summary>
/// <param name="Result">Of the system call: 0 or more, or a negative error number.</param>
public sealed record Connection(string Call, string Address, long Result, long Count, DateTimeOffset First);
