namespace Agents.NodeAgent.Engines;

/// <summary>A container engine as the agent needs it: reading only. Safe from any thread.</summary>
internal interface IContainerEngine : IDisposable
{
    /// <summary>Asks which engine it is (docker, podman, containerd, cri-o); a proof that it answers.</summary>
    /// <exception cref="EngineAwayException">It does not.</exception>
    Task<string> RuntimeAsync(CancellationToken cancellation);

    /// <summary>Listens from now on, or from the newest event that was read before where the engine remembers that.</summary>
    /// <exception cref="EngineAwayException">The engine cannot be reached.</exception>
    Task<IEngineEvents> ListenAsync(CancellationToken cancellation);

    /// <summary>All containers, ended ones too.</summary>
    /// <exception cref="EngineAwayException">No answer, or none that can be used.</exception>
    Task<IReadOnlyList<ListedContainer>> ListAsync(CancellationToken cancellation);

    /// <summary>Asks about one container. Failures are values: one container's trouble is not the engine's.</summary>
    Task<Inspected> InspectAsync(string id, CancellationToken cancellation);
}

/// <summary>An engine's events from the moment on at which listening began.</summary>
internal interface IEngineEvents : IDisposable
{
    /// <summary>Nothing is missing between these events and those that were read last.</summary>
    bool IsSeamless { get; }

    /// <summary>The events until the engine ends them; null in place of one that cannot be read.</summary>
    /// <exception cref="EngineAwayException">The engine cannot be reached any more.</exception>
    IAsyncEnumerable<EngineEvent?> ReadAsync(CancellationToken cancellation);
}
