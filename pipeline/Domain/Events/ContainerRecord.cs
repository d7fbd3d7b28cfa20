using System.Collections.Immutable;
using Pipeline.Domain.Containers;

namespace Pipeline.Domain.Events;

public enum ContainerAction : byte
{
    Unknown = 0,

    /// <summary>Present when the agent looked; repeated every few minutes.</summary>
    Existing = 1,
    Created = 2,
    Started = 3,
    Paused = 4,
    Unpaused = 5,
    Died = 6,
    Removed = 7,
    ExecCreated = 8,
    ExecStarted = 9,
    ExecDied = 10,

    /// <summary>A better description of a container that was announced before.</summary>
    Described = 11,
}

/// <summary>What the container engine said about one container. Rare, so plain immutable data.</summary>
public sealed record ContainerRecord
{
    public required ContainerAction Action { get; init; }

    public required string ContainerId { get; init; }

    /// <summary>docker, containerd, cri-o, podman, file.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>Set for Existing, Created and Described; on others where the source knew it.</summary>
    public ContainerSpec? Spec { get; init; }

    public int? ExitCode { get; init; }

    /// <summary>True while the container runs.</summary>
    public bool Running { get; init; }

    /// <summary>Its first process in the initial pid namespace; 0 when not running.</summary>
    public int Pid { get; init; }

    public string ExecId { get; init; } = "";

    public ImmutableArray<string> ExecCommand { get; init; } = [];
}
