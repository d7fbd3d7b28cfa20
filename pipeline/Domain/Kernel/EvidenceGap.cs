using System.Globalization;

namespace Pipeline.Domain.Kernel;

/// <summary>Events of one boot that are known to be missing: numbers that never arrived, or losses that the agent reported.</summary>
/// <param name="Count">How many.</param>
/// <param name="From">First missing sequence number; -1 when they had no numbers yet (lost in the kernel).</param>
/// <param name="To">Last missing sequence number, likewise.</param>
/// <param name="StartNs">CLOCK_BOOTTIME after which they happened.</param>
/// <param name="EndNs">CLOCK_BOOTTIME before which they happened.</param>
/// <param name="KnownAt">Sequence number of the event that showed it; earlier events know nothing of it.</param>
public readonly record struct EvidenceGap(long Count, long From, long To, long StartNs, long EndNs, long KnownAt)
{
    public const long Unnumbered = -1;

    /// <summary>Whether a window of the same boot may lack events for it.</summary>
    public bool Overlaps(long fromNs, long toNs) => StartNs <= toNs && EndNs >= fromNs;

    /// <summary>For people: "events 12-14 are missing".</summary>
    public override string ToString() => From == Unnumbered
        ? string.Create(CultureInfo.InvariantCulture, $"{Count} events were lost on the node before {KnownAt}")
        : string.Create(CultureInfo.InvariantCulture, $"events {From}-{To} are missing");

    internal void Save(BinaryWriter state)
    {
        state.Write(Count);
        state.Write(From);
        state.Write(To);
        state.Write(StartNs);
        state.Write(EndNs);
        state.Write(KnownAt);
    }

    internal static EvidenceGap Load(BinaryReader state) =>
        new(state.ReadInt64(), state.ReadInt64(), state.ReadInt64(), state.ReadInt64(), state.ReadInt64(), state.ReadInt64());
}
