using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace DevBroker.Tests.Robustness;

/// <summary>Passes connections on to a server and keeps every request frame that clients sent.</summary>
internal sealed class RecordingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<MemoryStream> _streams = [];
    private readonly List<Task> _pumps = [];
    private Task _accepting = Task.CompletedTask;

    public RecordingProxy() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Forward(int port) => _accepting = AcceptAsync(port);

    /// <summary>The frames so far, without their size.</summary>
    public IReadOnlyList<byte[]> Frames()
    {
        var frames = new List<byte[]>();
        lock (_streams)
        {
            foreach (byte[] bytes in _streams.Select(stream => stream.ToArray()))
            {
                for (int at = 0; at + 4 <= bytes.Length;)
                {
                    int size = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
                    if (at + 4 + size > bytes.Length) break;
                    frames.Add(bytes[(at + 4)..(at + 4 + size)]);
                    at += 4 + size;
                }
            }
        }

        return frames;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await Task.WhenAll([_accepting, .. _pumps]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync(int port)
    {
        while (true)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stopping.Token);
            var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, port, _stopping.Token);
            var recorded = new MemoryStream();
            lock (_streams) _streams.Add(recorded);
            _pumps.Add(PumpAsync(client, server, recorded));
            _pumps.Add(PumpAsync(server, client, Stream.Null));
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Stream record)
    {
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await from.GetStream().ReadAsync(buffer, _stopping.Token)) > 0)
        {
            lock (_streams) record.Write(buffer, 0, count);
            await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _stopping.Token);
        }

        to.Close();
    }
}
