using System.Net;
using DevBroker.Protocol;

namespace DevBroker.Apis;

/// <summary>One request on its way through the server, with the response that is being written.</summary>
/// <remarks>A handler reads the request to its end before it acts or writes; bytes of the request are valid until it returns.</remarks>
internal sealed class Call(short version, string? clientId, Peer peer, FrameReader reader, FrameWriter writer)
{
    public short Version => version;

    public string ClientId => clientId ?? "";

    public Peer Peer => peer;

    public FrameReader Reader => reader;

    public FrameWriter Writer => writer;

    /// <summary>False for the one request that is not answered: produce without acknowledgement.</summary>
    public bool HasResponse { get; set; } = true;

    /// <summary>No request is ever delayed to slow a client down.</summary>
    public void WriteThrottleTime(int sinceVersion)
    {
        if (version >= sinceVersion) writer.Int32(0);
    }
}

/// <summary>The two ends of a connection.</summary>
/// <param name="Closed">Cancelled when the connection or the server ends.</param>
internal sealed record Peer(IPEndPoint Local, IPEndPoint Remote, CancellationToken Closed);
