namespace Pipeline.Ingest.Consuming;

/// <summary>The consumer can not go on and must be built anew.</summary>
public sealed class KafkaPartitionSourceException(string message, Exception cause) : Exception(message, cause);
