using System.Net.Sockets;

namespace Agents.NodeAgent.Engines;

/// <summary>HTTP over an engine's unix socket.</summary>
internal static class EngineSocket
{
    /// <summary>Makes connections to the engine's socket whatever the address that is asked for.</summary>
    public static SocketsHttpHandler Handler(EngineOptions options) => new()
    {
        ConnectCallback = (_, cancellation) => ConnectAsync(options.Socket, cancellation),
        UseProxy = false,
        AllowAutoRedirect = false,
        MaxConnectionsPerServer = options.Lanes + 4,
        ConnectTimeout = options.AnswerTimeout,
    };

    /// <summary>Says why the socket cannot be reached, and what to do.</summary>
    public static EngineAwayException Away(EngineOptions options, Exception fault)
    {
        string reason = SocketFaultOf(fault)?.SocketErrorCode switch
        {
            SocketError.AccessDenied => "permission denied; run the agent as root or as a member of the socket's group",
            SocketError.ConnectionRefused => "nothing listens there; start the engine",
            _ when !File.Exists(options.Socket) =>
                $"there is no such socket; start the engine, or name another socket with {options.SocketOption}",
            _ => fault.InnerException?.Message ?? fault.Message,
        };
        return new EngineAwayException(reason, fault);
    }

    private static SocketException? SocketFaultOf(Exception? fault)
    {
        while (fault is not (null or SocketException)) fault = fault.InnerException;
        return fault as SocketException;
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
