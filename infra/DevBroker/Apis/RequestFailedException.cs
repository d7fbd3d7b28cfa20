using DevBroker.Protocol;

namespace DevBroker.Apis;

/// <summary>A handler failed in a way it has no answer for (the disk, a defect): logged with its cause, and the connection is closed.</summary>
internal sealed class RequestFailedException(ApiKey api, Exception cause) : Exception(api.ToString(), cause);
