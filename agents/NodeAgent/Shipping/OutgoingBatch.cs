using System.Collections.Immutable;

namespace Agents.NodeAgent.Shipping;

/// <summary>One message for the log.</summary>
/// <param name="First">Sequence number of its first event.</param>
/// <param name="Count">Its events.</param>
/// <param name="Kinds">Names of the kinds in it, for the header of the same name.</param>
/// <param name="Reports">The losses that its events report; reported anew should the message be lost.</param>
internal sealed record OutgoingBatch(long First, int Count, byte[] Value, string Kinds, ImmutableArray<LostRange> Reports)
{
    /// <summary>Era of the messages of this run's boot.</summary>
    public const long ThisBoot = long.MaxValue;

    public long Last => First + Count - 1;

    /// <summary>The lowest number that it holds, as an event or in the report of a loss.</summary>
    public long Lowest => Reports.Where(report => report.IsNumbered).Select(report => report.First).Append(First).Min();

    /// <summary>Messages of an earlier boot come before all of this one, whatever their numbers.</summary>
    public long Era { get; init; } = ThisBoot;

    /// <summary>The message's key where it is not that of this node (one that changed its name).</summary>
    public byte[]? Key { get; init; }
}

/// <summary>What became of a message.</summary>
internal enum DeliveryOutcome
{
    /// <summary>The log has it, on every replica that was asked for.</summary>
    Stored,

    /// <summary>Not stored as far as is known; the same message can succeed later.</summary>
    FailedForNow,

    /// <summary>This message cannot succeed (too large, not valid).</summary>
    Refused,
}

internal readonly record struct DeliveryReport(OutgoingBatch Batch, DeliveryOutcome Outcome, string Reason);
