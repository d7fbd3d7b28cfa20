namespace Agents.NodeAgent.Engines;

/// <summary>
/// The engine cannot be reached, or does not answer as an engine does. The message says why, and what to do about it where that is known.
/// </summary>
internal sealed class EngineAwayException(string message, Exception? inner = null) : Exception(message, inner);
