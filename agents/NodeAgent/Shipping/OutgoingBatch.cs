using System.Collections.Immutable;

namespace Agents.NodeAgent.Shipping;

/// <summary>One message for the log.</summary>
/// <param name="First">Sequence number of its first event.</param>
/// <param name="Count">Its events.</param>
/// <param name="Kinds">Names of the kinds in it, for the header of the same name.</param>
/// <param name="Reports">The losses that its events report; reported anew should the message be lost.</param>
internal sealed record OutgoingBatch(long First, int Count, byte[] Value, string Kinds, ImmutableArray<LostRange> Reports)
{
    public long Last => First + Count - 1;
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
