using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Engines;

/// <summary>Something that an engine said about one container.</summary>
/// <param name="TimeNs">The engine's wall clock, nanoseconds since 1970-01-01 UTC.</param>
/// <param name="Action"><see cref="ContainerAction.Unknown"/> for what nobody asked for (attach, resize, health_status).</param>
/// <param name="Detail">What the engine wrote behind the action: the command line of an exec session.</param>
/// <param name="Pid">The first process where the engine tells it with the event; 0 otherwise.</param>
internal sealed record EngineEvent(
    long TimeNs, ContainerAction Action, string ContainerId, string Detail = "", string ExecId = "", int? ExitCode = null, int Pid = 0)
{
    /// <summary>Characters of a container's or session's id; engines give at most 76.</summary>
    public const int LongestId = 128;
}
