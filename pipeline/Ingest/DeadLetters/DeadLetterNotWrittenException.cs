namespace Pipeline.Ingest.DeadLetters;

/// <summary>A record can neither be processed nor kept; its partition must not move past it.</summary>
public sealed class DeadLetterNotWrittenException(string message, Exception cause) : Exception(message, cause);
