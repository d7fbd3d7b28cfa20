namespace Pipeline.Api.Ports;

/// <summary>The store is away or refuses for now; what was asked may be asked again.</summary>
public sealed class AlarmStoreUnavailableException(string reason, Exception? cause = null) : Exception(reason, cause);
