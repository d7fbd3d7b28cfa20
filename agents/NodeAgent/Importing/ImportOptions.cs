using Agents.Importers;
using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Importing;

/// <summary>What one import is to do.</summary>
internal sealed record ImportOptions
{
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Null tells by the content.</summary>
    public RecordingFormat? Format { get; init; }

    /// <summary>Null takes the name in the recording.</summary>
    public NodeId? Node { get; init; }

    public required ShippingOptions Shipping { get; init; }

    /// <summary>Further settings of the Kafka client.</summary>
    public IReadOnlyDictionary<string, string> Kafka { get; init; } = new Dictionary<string, string>();

    /// <summary>Where messages go instead of Kafka; null for Kafka.</summary>
    public string? OutputFile { get; init; }

    public bool DryRun { get; init; }

    public bool Json { get; init; }

    /// <summary>How long the log may take no message at all before the import gives up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>How an import ended, as the process's exit code.</summary>
internal enum ImportExit
{
    Done = 0,

    /// <summary>Something was not stored, or a file could not be opened, or is no recording.</summary>
    Failed = 1,

    /// <summary>All that could be read was stored, but a recording is damaged.</summary>
    Damaged = 2,
}
