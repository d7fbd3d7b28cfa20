namespace Agents.NodeAgent.Engines;

/// <summary>How a container engine is watched, whichever it is.</summary>
internal abstract record EngineOptions
{
    /// <summary>Name of the source in the heartbeat and the status file; each source has its own.</summary>
    public required string Name { get; init; }

    /// <summary>The engine's unix socket.</summary>
    public required string Socket { get; init; }

    /// <summary>The option that names the socket, for messages.</summary>
    public required string SocketOption { get; init; }

    /// <summary>
    /// How often everything that is there is announced again, so that a reader who starts late, or lost something, knows it.
    /// </summary>
    public TimeSpan AnnounceInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long the engine may take for one answer. Docker's inspect waits for the container's lock, which a slow start holds.
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the engine is asked whether it still answers, so that one that hangs is noticed.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Containers handled at a time; each one's events stay in order.</summary>
    public int Lanes { get; init; } = 8;

    /// <summary>Events that may wait in one lane.</summary>
    public int LaneEvents { get; init; } = 1024;

    /// <summary>Containers remembered; what happens to further ones is reported all the same.</summary>
    public int Containers { get; init; } = 16_384;

    /// <summary>Bytes of one container's description, as a rule 5 to 20 KB.</summary>
    public int InspectBytes { get; init; } = 1024 * 1024;
}
