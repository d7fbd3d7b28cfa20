using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DevBroker.Network;

/// <summary>
/// Answers <c>GET /health</c>: 200 when every partition takes writes, else 503 with the names of those that do not. So little of
/// HTTP that no web server is needed: one request per connection, whatever its path.
/// </summary>
internal sealed class HealthListener : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly Socket _socket;
    private readonly Func<IReadOnlyList<string>> _suspects;

    public HealthListener(IPAddress address, int port, Func<IReadOnlyList<string>> suspects)
    {
        _suspects = suspects;
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _socket.Bind(new IPEndPoint(address, port));
        _socket.Listen(16);
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            using Socket client = await _socket.AcceptAsync(cancellation);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Patience);
            try
            {
                await AnswerAsync(client, patience.Token);
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                // A slow or broken client gets no answer.
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task AnswerAsync(Socket client, CancellationToken cancellation)
    {
        var request = new byte[4096];
        int length = 0;
        while (length < request.Length && request.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            int count = await client.ReceiveAsync(request.AsMemory(length), SocketFlags.None, cancellation);
            if (count == 0) return;
            length += count;
        }

        IReadOnlyList<string> suspects = _suspects();
        bool isHealth = request.AsSpan(0, length).StartsWith("GET /health "u8);
        string status = !isHealth ? "404 Not Found" : suspects.Count == 0 ? "200 OK" : "503 Service Unavailable";
        string body = !isHealth ? ""
            : suspects.Count == 0 ? """{"status":"ok"}"""
            : $$"""{"status":"failing","partitions":["{{string.Join("\",\"", suspects)}}"]}""";
        string answer = $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
        await client.SendAsync(Encoding.ASCII.GetBytes(answer), SocketFlags.None, cancellation);
        client.Shutdown(SocketShutdown.Both);
    }
}
