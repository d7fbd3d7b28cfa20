using System.Collections.Immutable;

namespace Pipeline.Domain.Events;

/// <summary>The agent lives. Sent even when nothing happens, so that silence is in the log and watermarks advance.</summary>
public sealed record HeartbeatRecord
{
    public required string AgentVersion { get; init; }

    public string KernelRelease { get; init; } = "";

    public string Architecture { get; init; } = "";

    /// <summary>Events numbered since boot (the next sequence number), and lost since boot.</summary>
    public long EventsTaken { get; init; }

    public long EventsLost { get; init; }

    public long SpoolBytes { get; init; }

    /// <summary>Each source with its state, for example docker: connected.</summary>
    public ImmutableArray<SourceState> Sources { get; init; } = [];
}

/// <summary>One source of the agent. The state is connected, unavailable or disabled; the detail says why, for people.</summary>
public sealed record SourceState(string Name, string State, string Detail);
