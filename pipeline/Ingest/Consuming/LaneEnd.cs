namespace Pipeline.Ingest.Consuming;

/// <summary>How the processing of an assigned partition ended.</summary>
public abstract record LaneEnd
{
    private LaneEnd()
    {
    }

    /// <summary>Everything that was fed is stored, or will be read again by the next owner from its checkpoint.</summary>
    public sealed record Drained : LaneEnd;

    /// <summary>The partition was taken away; what was pending is dropped and read again by the next owner.</summary>
    public sealed record Aborted : LaneEnd;

    /// <summary>Another process acquired the partition's checkpoint after us.</summary>
    public sealed record Fenced : LaneEnd;

    /// <summary>The lane can not go on; it is opened again from its checkpoint.</summary>
    public sealed record Failed(string Reason) : LaneEnd;
}
