using System.Buffers.Binary;

namespace DevBroker.Storage;

/// <summary>Gives out producer ids, each only once in the life of the data directory. Thread-safe.</summary>
internal sealed class ProducerIds
{
    /// <summary>Ids are reserved on disk in blocks; a crash wastes the rest of one.</summary>
    private const int BlockSize = 1000;

    private readonly Lock _gate = new();
    private readonly string _path;
    private long _next;
    private long _reserved;

    public ProducerIds(string dataDirectory)
    {
        _path = Path.Combine(dataDirectory, "producer-ids");
        _next = _reserved = File.Exists(_path) ? BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(_path)) : 0;
    }

    public long Next()
    {
        lock (_gate)
        {
            if (_next == _reserved)
            {
                Span<byte> bytes = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(bytes, _reserved + BlockSize);
                Durable.Replace(_path, bytes, flush: true);
                _reserved += BlockSize;
            }

            return _next++;
        }
    }
}
