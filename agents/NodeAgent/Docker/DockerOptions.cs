namespace Agents.NodeAgent.Docker;

/// <summary>How a container engine is watched.</summary>
internal sealed record DockerOptions
{
    /// <summary>Unix socket of Docker Engine, or podman's that speaks the same API.</summary>
    public string Socket { get; init; } = "/var/run/docker.sock";

    /// <summary>How often everything that is there is announced again, so that a reader who starts late, or lost something, knows it.</summary>
    public TimeSpan AnnounceInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the engine may take for one answer. Inspect waits for the container's lock, which a slow start holds.</summary>
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

    /// <summary>Bytes of a list of all containers, about 1 KB each.</summary>
    public int ListBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Bytes of one inspect answer, as a rule 5 KB.</summary>
    public int InspectBytes { get; init; } = 1024 * 1024;

    /// <summary>Bytes of one event; it repeats the container's labels.</summary>
    public int EventBytes { get; init; } = 1024 * 1024;
}
