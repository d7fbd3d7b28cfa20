using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>An alarm that still absorbs repeats.</summary>
internal sealed class Episode
{
    public required Guid AlarmId { get; init; }

    /// <summary>Order in which the journal's episodes began; a stable order for what is told of several at once.</summary>
    public required long Number { get; init; }

    public required BootId FirstBoot { get; init; }

    public required EventTime First { get; init; }

    public required BootId LastBoot { get; set; }

    public required EventTime Last { get; set; }

    public required Severity Severity { get; set; }

    public required Outcome Outcome { get; set; }

    public int NextOrdinal { get; set; } = 1;

    public long Occurrences { get; set; } = 1;

    public bool Confirmed { get; set; }

    /// <summary>The source that the alarm was raised with, while nobody has said what the container in it is; else null.</summary>
    public AlarmSource? Undescribed { get; set; }

    /// <summary>Second of the boot clock in which a repeat was last told; null before the first repeat.</summary>
    public long? ToldSecond { get; set; }

    /// <summary>The newest repeat that was counted and not told yet; null when all were.</summary>
    public Evidence? Untold { get; set; }

    /// <summary>
    /// Whether a finding comes too late for this alarm. Within one boot the boot clock tells, which cannot jump. Across a reboot only wall
    /// clocks compare: an episode has to survive the reboot, or whoever reboots a node makes every alarm on it new. A wall clock that went
    /// backwards ends nothing.
    /// </summary>
    public bool IsOver(Finding finding) =>
        Elapsed(FirstBoot, First, finding) >= finding.EpisodeNs
            || (finding.QuietNs is { } quiet && Elapsed(LastBoot, Last, finding) >= quiet);

    public void Save(BinaryWriter state)
    {
        state.WriteId(AlarmId);
        state.Write(Number);
        state.WriteText(FirstBoot.Value);
        state.Write(First);
        state.WriteText(LastBoot.Value);
        state.Write(Last);
        state.Write((byte)Severity);
        state.Write((byte)Outcome);
        state.Write(NextOrdinal);
        state.Write(Occurrences);
        state.Write(Confirmed);
        state.Write(Undescribed is not null);
        if (Undescribed is not null) state.WriteText(Undescribed.ContainerId);
        state.Write(ToldSecond is not null);
        state.Write(ToldSecond ?? 0);
        state.Write(Untold is not null);
        if (Untold is not null) state.Write(Untold);
    }

    public static Episode Load(BinaryReader state, NodeId node)
    {
        // Initializers run in the order they are written, which is the order of Save.
        var episode = new Episode
        {
            AlarmId = state.ReadId(),
            Number = state.ReadInt64(),
            FirstBoot = new BootId(state.ReadText()),
            First = state.ReadTime(),
            LastBoot = new BootId(state.ReadText()),
            Last = state.ReadTime(),
            Severity = (Severity)state.ReadByte(),
            Outcome = (Outcome)state.ReadByte(),
            NextOrdinal = state.ReadInt32(),
            Occurrences = state.ReadInt64(),
            Confirmed = state.ReadBoolean(),
        };
        if (state.ReadBoolean())
            episode.Undescribed = new AlarmSource(node.Value, episode.FirstBoot.Value, state.ReadText(), "", "", "", "", "", "");
        bool told = state.ReadBoolean();
        long second = state.ReadInt64();
        episode.ToldSecond = told ? second : null;
        episode.Untold = state.ReadBoolean() ? state.ReadEvidence() : null;
        return episode;
    }

    private static long Elapsed(BootId boot, EventTime since, Finding finding) =>
        boot == finding.Cause.Boot ? finding.At.BootNs - since.BootNs : finding.At.WallNs - since.WallNs;
}
