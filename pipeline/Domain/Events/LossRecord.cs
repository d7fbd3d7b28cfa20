namespace Pipeline.Domain.Events;

public enum LossCause : byte
{
    /// <summary>Not known, for example numbers that an agent had reserved when it was killed: some of them may have been delivered.</summary>
    Unknown = 0,

    /// <summary>The kernel's ring buffer was full.</summary>
    RingBuffer = 1,

    /// <summary>The agent's own buffers were full: its queues in memory, its spool on disk.</summary>
    Spool = 2,

    /// <summary>The agent's rate budget for one container was spent.</summary>
    RateLimit = 3,

    /// <summary>The broker refused the message for good.</summary>
    Rejected = 4,

    /// <summary>A source (the container engine) was away; what happened meanwhile is not known.</summary>
    SourceAway = 5,
}

/// <summary>
/// Events that the agent knows to be lost. <see cref="FirstSequence"/>..<see cref="LastSequence"/> when they had been numbered (both 0 when lost before).
/// Delivered + reported lost = seen.
/// </summary>
public struct LossRecord
{
    public LossCause Cause;

    /// <summary>How many events; 0 when nobody can know (a source was away).</summary>
    public long Count;
    public long FirstSequence, LastSequence;
    public Text ContainerId;
}
