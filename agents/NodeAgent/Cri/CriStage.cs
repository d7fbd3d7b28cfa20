namespace Agents.NodeAgent.Cri;

/// <summary>How far a container or sandbox has come; it never goes back.</summary>
internal enum CriStage
{
    Created = 0,
    Running = 1,
    Ended = 2,
    Removed = 3,
}
