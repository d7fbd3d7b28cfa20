namespace Agents.NodeAgent.Inventory;

/// <summary>What is announced of what already runs.</summary>
internal sealed record InventoryOptions
{
    /// <summary>How often all of it is announced again.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Where proc(5) of the host is mounted.</summary>
    public string Proc { get; init; } = "/proc";

    /// <summary>Bytes of a process's arguments that are kept.</summary>
    public int MostArgumentBytes { get; init; } = 4096;

    /// <summary>Rows of one namespace's mount table that are announced; the kernel's own bound is 100,000 (fs.mount-max).</summary>
    public int MostMounts { get; init; } = 10_000;
}
