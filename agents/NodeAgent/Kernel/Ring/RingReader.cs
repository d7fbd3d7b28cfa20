namespace Agents.NodeAgent.Kernel.Ring;

/// <summary>
/// Reads a BPF ring buffer in place (Linux: Documentation/bpf/ringbuf.rst): a page with the reader's position, a page with the
/// writers', and the data. The kernel offers the data twice in a row, so that a record never wraps; here it is mapped once, because
/// all its pages count as the agent's memory from the start, and the one record that wraps is put together in a buffer instead. One
/// thread at a time.
/// </summary>
internal sealed unsafe class RingReader : IDisposable
{
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private const int HeaderSize = 8;

    private readonly SharedMemory _consumer;
    private readonly SharedMemory _producer;
    private readonly ulong _mask;
    private byte[] _wrapped = [];

    /// <param name="size">Bytes of data, a power of two.</param>
    public RingReader(int map, int size)
    {
        int page = Environment.SystemPageSize;
        _mask = (ulong)size - 1;
        _consumer = SharedMemory.Map(map, (nuint)page, writable: true);
        _producer = SharedMemory.Map(map, (nuint)page + (nuint)size, writable: false, offset: page);
    }

    /// <summary>Bytes that were ever handed over; by the thread that reads.</summary>
    public ulong Position => *(ulong*)_consumer.Pointer;

    /// <summary>Hands over the records that are there, oldest first, at most <paramref name="most"/> bytes of them; gives whether more
    /// may be left.</summary>
    public bool Read(RecordSink sink, long most)
    {
        ref ulong consumed = ref *(ulong*)_consumer.Pointer;
        byte* data = _producer.Pointer + Environment.SystemPageSize;
        ulong position = consumed;
        ulong end = Math.Min(Volatile.Read(ref *(ulong*)_producer.Pointer), position + (ulong)most);
        bool more = end == position + (ulong)most;
        while (position < end)
        {
            byte* at = data + (position & _mask);
            uint header = Volatile.Read(ref *(uint*)at);
            if ((header & Busy) != 0) break;
            int length = (int)(header & ~(Busy | Discarded));
            if ((header & Discarded) == 0) sink(Record(data, position + HeaderSize, length));
            position += (ulong)(length + HeaderSize + 7) & ~7UL;
            Volatile.Write(ref consumed, position);
        }

        return more;
    }

    /// <summary>A header never wraps: it is as long as the step in which records begin.</summary>
    private ReadOnlySpan<byte> Record(byte* data, ulong position, int length)
    {
        ulong from = position & _mask;
        int upToEnd = (int)Math.Min(_mask + 1 - from, (ulong)length);
        if (upToEnd == length) return new ReadOnlySpan<byte>(data + from, length);
        if (_wrapped.Length < length) _wrapped = new byte[length];
        new ReadOnlySpan<byte>(data + from, upToEnd).CopyTo(_wrapped);
        new ReadOnlySpan<byte>(data, length - upToEnd).CopyTo(_wrapped.AsSpan(upToEnd));
        return _wrapped.AsSpan(0, length);
    }

    public void Dispose()
    {
        _consumer.Dispose();
        _producer.Dispose();
    }
}

/// <summary>Takes a record; the bytes are valid during the call only.</summary>
internal delegate void RecordSink(ReadOnlySpan<byte> record);
