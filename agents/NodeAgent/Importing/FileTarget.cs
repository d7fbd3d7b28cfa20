using System.Buffers.Binary;
using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Importing;

/// <summary>Messages in a file, each behind its length, as kcat writes them with the format %R%s.</summary>
internal sealed class FileTarget(string path) : IImportTarget
{
    private readonly FileStream _file = File.Create(path);

    public async Task SendAsync(NodeId node, OutgoingBatch message, CancellationToken cancellation)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, message.Value.Length);
        await _file.WriteAsync(length, cancellation);
        await _file.WriteAsync(message.Value, cancellation);
    }

    public Task CompleteAsync(CancellationToken cancellation) => _file.FlushAsync(cancellation);

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
