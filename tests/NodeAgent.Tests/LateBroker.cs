using System.Net;
using System.Net.Sockets;
using Testing;

namespace NodeAgent.Tests;

/// <summary>An address at which nothing answers until it is opened; then connections go through to a broker.</summary>
internal sealed class LateBroker(string host, int port) : IAsyncDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly int _port = FreePort.Next();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    public string Address => $"127.0.0.1:{_port}";

    public void Open()
    {
        _listener = new TcpListener(IPAddress.Loopback, _port);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener?.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            TcpClient client = await listener.AcceptTcpClientAsync(_closing.Token);
            _ = PassAsync(client);
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using (client)
        using (var broker = new TcpClient())
        {
            await broker.ConnectAsync(host, port, _closing.Token);
            Task up = client.GetStream().CopyToAsync(broker.GetStream(), _closing.Token);
            Task down = broker.GetStream().CopyToAsync(client.GetStream(), _closing.Token);
            await (await Task.WhenAny(up, down)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
