using System.Collections.Immutable;
using Pipeline.Detection.Files;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>Which file of which container is being changed.</summary>
internal readonly record struct EditKey(NodeId Node, string ContainerId, string Path);

/// <summary>
/// All steps of one change to one file so far: opened, written in pieces, replaced by a rename. Reported as one when it has settled.
/// Immutable.
/// </summary>
internal sealed record Edit
{
    /// <summary>Steps that are shown; the first, and the newest after it.</summary>
    public const int MostEvidence = 20;

    public required BootId Boot { get; init; }

    public required Protection Protection { get; init; }

    public required AlarmSource Source { get; init; }

    /// <summary>Who made the first step that changed something.</summary>
    public required ImmutableArray<AlarmProcess> Processes { get; init; }

    public required EventTime First { get; init; }

    public EventTime Last { get; init; }

    public long LastSequence { get; init; }

    public FileAction Done { get; init; }

    public long Bytes { get; init; }

    /// <summary>Whether somebody has it open for writing.</summary>
    public bool IsOpen { get; init; }

    public bool Elevates { get; init; }

    /// <summary>Only the times were set.</summary>
    public bool OnlyTimes { get; init; } = true;

    public bool PathTruncated { get; init; }

    public ImmutableArray<Evidence> Evidence { get; init; } = [];

    public ImmutableArray<string> Gaps { get; init; } = [];

    /// <summary>Whether anything changed, or was it merely opened.</summary>
    public bool IsChange => (Done & ~FileAction.OpenForWrite) != 0;

    public Edit With(Evidence evidence) => this with
    {
        Evidence = Evidence.Length < MostEvidence ? Evidence.Add(evidence) : Evidence.RemoveAt(1).Add(evidence),
    };

    /// <summary>What another file's change, that this one replaced, adds.</summary>
    public Edit Absorb(Edit temporary)
    {
        ImmutableArray<Evidence> evidence = [.. temporary.Evidence, .. Evidence];
        return this with
        {
            First = temporary.First.BootNs < First.BootNs ? temporary.First : First,
            Bytes = Bytes + temporary.Bytes,
            Elevates = Elevates || temporary.Elevates,
            Evidence = evidence.Length > MostEvidence ? evidence[^MostEvidence..] : evidence,
        };
    }

    /// <summary>When it is complete, CLOCK_BOOTTIME nanoseconds.</summary>
    public long DueNs(SensitiveFilePolicy policy)
    {
        const long second = EventTime.NanosecondsPerSecond;
        long idle = policy.IdleSeconds * second;
        long settled = Last.BootNs + (IsOpen ? idle : policy.SettleSeconds * second);
        long due = Math.Min(settled, First.BootNs + Math.Max(idle, policy.SettleSeconds * second));
        return Protection.Sure ? due : Math.Max(due, First.BootNs + policy.DescriptionSeconds * second);
    }
}
