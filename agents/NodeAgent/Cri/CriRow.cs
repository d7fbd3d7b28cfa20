namespace Agents.NodeAgent.Cri;

/// <summary>How far a container or sandbox was when it was looked at.</summary>
internal readonly record struct CriRow(string Id, CriStage Stage);

/// <summary>What a runtime says of one that ended.</summary>
/// <param name="ExitCode">Null for a sandbox, which has none, and where the runtime cannot tell any more.</param>
/// <param name="Ran">It was started before.</param>
internal readonly record struct CriEnd(int? ExitCode, bool Ran);
