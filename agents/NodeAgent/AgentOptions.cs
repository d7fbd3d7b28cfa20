using Agents.NodeAgent.Hashing;
using Agents.NodeAgent.Inventory;
using Agents.NodeAgent.Kernel;
using Agents.NodeAgent.Redaction;
using Agents.NodeAgent.Shipping;
using Agents.NodeAgent.Shipping.Spool;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent;

/// <summary>What one run of the agent is to do.</summary>
internal sealed record AgentOptions
{
    public required NodeId Node { get; init; }

    /// <summary>Directory of the agent's own; survives restarts.</summary>
    public required string StateDirectory { get; init; }

    public required ShippingOptions Shipping { get; init; }

    /// <summary>Null when nothing is to be kept on disk while the log is away.</summary>
    public SpoolOptions? Spool { get; init; }

    public ContainerSources Sources { get; init; } = ContainerSources.None;

    /// <summary>What is watched in the kernel; off when files are read once.</summary>
    public KernelOptions Kernel { get; init; } = new() { Mode = KernelMode.Off };

    /// <summary>Null when executables are not to be hashed.</summary>
    public HashingOptions? Hashing { get; init; }

    /// <summary>What is hidden in command lines before they leave the node.</summary>
    public RedactionRules Redaction { get; init; } = RedactionRules.Default;

    /// <summary>Null when what already runs is not to be announced.</summary>
    public InventoryOptions? Inventory { get; init; }

    /// <summary>Files or directories of container descriptions to announce.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>End when the files have been read and everything is stored.</summary>
    public bool Once { get; init; }

    /// <summary>Where the agent's own state is written for probes; null for nowhere.</summary>
    public string? StatusFile { get; init; }

    /// <summary>Further settings of the Kafka client.</summary>
    public IReadOnlyDictionary<string, string> Kafka { get; init; } = new Dictionary<string, string>();

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop waits for the log to take the rest.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
