namespace Agents.NodeAgent.Hashing;

/// <summary>How much of the machine the hashing of executables may take.</summary>
internal sealed record HashingOptions
{
    /// <summary>Executables that may wait.</summary>
    public int Queue { get; init; } = 1024;

    /// <summary>Larger files are not hashed.</summary>
    public long MostBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>What is read in a second, on average: some percent of a core, and little of a disk.</summary>
    public long BytesPerSecond { get; init; } = 64L * 1024 * 1024;

    /// <summary>Digests that are remembered, so that a file is hashed once.</summary>
    public int Known { get; init; } = 8192;

    /// <summary>Where proc(5) of the host is mounted.</summary>
    public string Proc { get; init; } = "/proc";
}
