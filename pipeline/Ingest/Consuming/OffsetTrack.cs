namespace Pipeline.Ingest.Consuming;

/// <summary>How a record's offset relates to the one before it.</summary>
internal enum OffsetStep
{
    /// <summary>It follows.</summary>
    Next,

    /// <summary>Offsets between are missing.</summary>
    Jump,

    /// <summary>It was passed before; taking it would break the order.</summary>
    Back,
}

/// <summary>
/// Follows the offsets of one assignment of a partition. Jumps are taken (and told), steps back are not: after one the track stays where it was.
/// </summary>
/// <param name="next">Offset of the first record; null when any will do.</param>
internal struct OffsetTrack(long? next)
{
    /// <summary>Where the next record should be; null before the first one.</summary>
    public long? Next { get; private set; } = next;

    public OffsetStep Observe(long offset)
    {
        if (offset < Next) return OffsetStep.Back;
        OffsetStep step = Next is null || offset == Next ? OffsetStep.Next : OffsetStep.Jump;
        Next = offset + 1;
        return step;
    }
}
