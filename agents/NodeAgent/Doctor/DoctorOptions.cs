using Agents.NodeAgent.Shipping.Spool;

namespace Agents.NodeAgent.Doctor;

/// <summary>What the doctor is to look at: the same as the agent would use.</summary>
internal sealed record DoctorOptions
{
    public required string Brokers { get; init; }

    public required string Topic { get; init; }

    public IReadOnlyDictionary<string, string> Kafka { get; init; } = new Dictionary<string, string>();

    public required string StateDirectory { get; init; }

    public SpoolOptions? Spool { get; init; }

    /// <summary>The engines that the agent would watch.</summary>
    public required ContainerSources Sources { get; init; }

    /// <summary>How long a broker or a socket may take to answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);
}
