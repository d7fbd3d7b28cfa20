using DevBroker.Protocol;

namespace DevBroker.Apis;

/// <summary>Takes one request frame to the handler of its kind.</summary>
internal static class Dispatcher
{
    /// <summary>Reads the head of a request, has it handled, and leaves the whole response frame in <paramref name="writer"/>.</summary>
    /// <returns>Whether there is a response.</returns>
    /// <exception cref="MalformedFrameException">The frame is no request that is spoken here.</exception>
    /// <exception cref="RequestFailedException">The server failed; the fault is not the client's.</exception>
    /// <exception cref="OperationCanceledException">The connection ended while the request waited.</exception>
    public static async ValueTask<bool> HandleAsync(Broker broker, Peer peer, FrameReader reader, FrameWriter writer)
    {
        short key = reader.Int16();
        short version = reader.Int16();
        int correlationId = reader.Int32();
        string? clientId = reader.HeaderString();
        Api api = Api.Find(key) ?? throw new MalformedFrameException($"Request kind {key} is not spoken here.");
        if (!api.Speaks(version))
        {
            if (api.Key != ApiKey.ApiVersions) throw new MalformedFrameException($"Version {version} of {api.Key} is not spoken here.");
            writer.Begin(correlationId, flexible: false, flexibleHeader: false);
            ApiVersionsApi.WriteUnsupported(writer);
            writer.End();
            return true;
        }

        bool flexible = api.IsFlexible(version);
        reader.Flexible = flexible;
        reader.Tags();
        // A client that does not know the versions yet must be able to read this answer: its header is always the oldest.
        writer.Begin(correlationId, flexible, flexibleHeader: flexible && api.Key != ApiKey.ApiVersions);
        var call = new Call(version, clientId, peer, reader, writer);
        try
        {
            await api.HandleAsync(broker, call);
        }
        catch (Exception failure) when (failure is not (MalformedFrameException or OperationCanceledException))
        {
            throw new RequestFailedException(api.Key, failure);
        }

        writer.End();
        return call.HasResponse;
    }
}
