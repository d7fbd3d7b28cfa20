using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using DevBroker.Apis;
using DevBroker.Protocol;
using DevBroker.Storage;
using Microsoft.Extensions.Logging;

namespace DevBroker.Network;

/// <summary>
/// One client. Requests are handled one after the other, which is what the protocol promises about the order of answers; what the
/// client sends meanwhile waits in the socket. Memory is one request, the head of one response and one chunk of record data.
/// </summary>
internal sealed class Connection
{
    /// <summary>A frame's buffer starts at this size and grows as bytes come, so that a size alone allocates nothing.</summary>
    private const int FirstBufferBytes = 64 * 1024;

    /// <summary>Record data goes from the page cache to the socket through a chunk that fits in the processor's cache.</summary>
    private const int ChunkBytes = 256 * 1024;

    private readonly Broker _broker;
    private readonly Socket _socket;
    private readonly ClosedConnectionLog _log;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closed;
    private readonly Peer _peer;
    private readonly byte[] _sizeBytes = new byte[4];
    private long _lastActive;

    public Connection(Broker broker, Socket socket, ClosedConnectionLog log, ILogger logger, CancellationToken stopping)
    {
        _broker = broker;
        _socket = socket;
        _log = log;
        _logger = logger;
        _closed = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _socket.NoDelay = true;
        _peer = new Peer((IPEndPoint)socket.LocalEndPoint!, (IPEndPoint)socket.RemoteEndPoint!, _closed.Token);
        _lastActive = broker.Clock.GetTimestamp();
    }

    public bool IsIdle(TimeSpan max) => _broker.Clock.GetElapsedTime(Volatile.Read(ref _lastActive)) > max;

    public void Close()
    {
        // The token first: a request that waits (a long poll, a join) ends with it.
        _closed.Cancel();
        _socket.Dispose();
    }

    public async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            while (await ServeOneAsync()) Volatile.Write(ref _lastActive, _broker.Clock.GetTimestamp());
        }
        catch (MalformedFrameException malformed)
        {
            _log.Write(_peer.Remote.ToString(), malformed.Message);
        }
        catch (RequestFailedException failed)
        {
            Log.RequestFailed(_logger, failed.InnerException!, failed.Message, _peer.Remote.ToString());
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client left, or the server stops.
        }
        finally
        {
            await _closed.CancelAsync();
            _socket.Dispose();
        }
    }

    private async ValueTask<bool> ServeOneAsync()
    {
        if (!await ReceiveAsync(_sizeBytes)) return false;
        int size = BinaryPrimitives.ReadInt32BigEndian(_sizeBytes);
        if (size < 8 || size > _broker.Options.RequestBytesMax) throw new MalformedFrameException($"A request of {size} bytes is out of bounds.");
        byte[] request = await ReceiveFrameAsync(size);
        try
        {
            using var writer = new FrameWriter();
            if (await Dispatcher.HandleAsync(_broker, _peer, new FrameReader(request, 0, size), writer)) await SendAsync(writer);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(request);
        }
    }

    private async ValueTask<byte[]> ReceiveFrameAsync(int size)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Min(size, FirstBufferBytes));
        int received = 0;
        try
        {
            while (received < size)
            {
                if (received == buffer.Length) buffer = Grown(buffer, size);
                int count = await _socket.ReceiveAsync(buffer.AsMemory(received, Math.Min(size, buffer.Length) - received), SocketFlags.None, _closed.Token);
                if (count == 0) throw new MalformedFrameException("The client left in the middle of a request.");
                received += count;
            }

            return buffer;
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static byte[] Grown(byte[] buffer, int size)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(size, buffer.Length * 4L));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    /// <returns>False when the client has closed the connection between two requests.</returns>
    private async ValueTask<bool> ReceiveAsync(Memory<byte> buffer)
    {
        for (int received = 0; received < buffer.Length;)
        {
            int count = await _socket.ReceiveAsync(buffer[received..], SocketFlags.None, _closed.Token);
            if (count == 0) return false;
            received += count;
        }

        return true;
    }

    private async ValueTask SendAsync(FrameWriter writer)
    {
        int sent = 0;
        foreach ((int at, FileSlice slice) in writer.Slices)
        {
            await SendAsync(writer.Written[sent..at]);
            await SendAsync(slice);
            sent = at;
        }

        await SendAsync(writer.Written[sent..]);
    }

    private async ValueTask SendAsync(FileSlice slice)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(Math.Min(slice.Length, ChunkBytes));
        try
        {
            for (int done = 0; done < slice.Length;)
            {
                int read = RandomAccess.Read(slice.File!, chunk.AsSpan(0, Math.Min(chunk.Length, slice.Length - done)), slice.Position + done);
                if (read == 0) throw new MalformedFrameException("A segment is shorter than it was.");
                await SendAsync(chunk.AsMemory(0, read));
                done += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int count = await _socket.SendAsync(bytes, SocketFlags.None, _closed.Token);
            bytes = bytes[count..];
        }
    }
}
