using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace DevBroker.Network;

/// <summary>Accepts connections up to a bound and closes those that have gone quiet.</summary>
internal sealed class KafkaListener : IAsyncDisposable
{
    private const int Backlog = 128;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);
    private readonly Broker _broker;
    private readonly ClosedConnectionLog _log;
    private readonly ILogger _logger;
    private readonly Socket _socket;
    private readonly ConcurrentDictionary<Connection, Task> _connections = new();

    public KafkaListener(Broker broker, ILogger logger)
    {
        _broker = broker;
        _logger = logger;
        _log = new ClosedConnectionLog(logger, broker.Clock);
        _socket = new Socket(broker.Options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _socket.Bind(new IPEndPoint(broker.Options.Listen, broker.Options.Port));
        _socket.Listen(Backlog);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public async Task RunAsync(CancellationToken cancellation)
    {
        Task sweeping = SweepAsync(cancellation);
        while (!cancellation.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _socket.AcceptAsync(cancellation);
            }
            catch (SocketException failure)
            {
                // The peer gave up, or the process is out of file descriptors: the next one may fare better.
                _log.Write("?", $"it could not be accepted, {failure.SocketErrorCode}");
                await Task.Delay(AcceptPause, _broker.Clock, cancellation);
                continue;
            }

            if (_connections.Count >= _broker.Options.ConnectionsMax)
            {
                _log.Write(client.RemoteEndPoint?.ToString() ?? "?", "there are too many connections");
                client.Dispose();
                continue;
            }

            var connection = new Connection(_broker, client, _log, _logger, cancellation);
            Task running = connection.RunAsync();
            _connections[connection] = running;
            _ = running.ContinueWith(_ => _connections.TryRemove(connection, out Task? _), TaskScheduler.Default);
        }

        await sweeping;
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        foreach (Connection connection in _connections.Keys) connection.Close();
        await Task.WhenAll(_connections.Values);
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(SweepInterval, _broker.Clock);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            foreach (Connection connection in _connections.Keys)
            {
                if (connection.IsIdle(_broker.Options.IdleMax)) connection.Close();
            }
        }
    }
}
