namespace DevBroker.Protocol;

/// <summary>
/// The peer sent bytes that are no request. There is no way to answer (the boundaries of the next frame cannot be trusted),
/// so the connection is closed; nothing else is touched, since requests are read to their end before they act.
/// </summary>
internal sealed class MalformedFrameException(string reason) : Exception(reason);
