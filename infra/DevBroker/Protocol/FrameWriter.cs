using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using DevBroker.Storage;

namespace DevBroker.Protocol;

/// <summary>
/// Writes one response frame: primitives into a pooled buffer, record data as references to ranges of segment files that are
/// only read when the frame is sent.
/// </summary>
/// <remarks>Not thread-safe. Dispose gives the buffer and the file ranges back, whether the frame was sent or not.</remarks>
internal sealed class FrameWriter : IDisposable
{
    private readonly List<(int At, FileSlice Slice)> _slices = [];
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(512);
    private int _length;
    private long _sliceBytes;

    /// <summary>As <see cref="FrameReader.Flexible"/>.</summary>
    public bool Flexible { get; set; }

    public int Length => _length;

    /// <summary>The file ranges of the frame, each with the position in <see cref="Written"/> before which it is sent.</summary>
    public IReadOnlyList<(int At, FileSlice Slice)> Slices => _slices;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public void Int8(sbyte value) => Grow(1)[0] = (byte)value;

    public void Boolean(bool value) => Grow(1)[0] = value ? (byte)1 : (byte)0;

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Grow(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Grow(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Grow(8), value);

    public void Error(ErrorCode value) => Int16((short)value);

    public void String(string? value)
    {
        int length = value is null ? -1 : Encoding.UTF8.GetByteCount(value);
        if (Flexible) Varint((uint)(length + 1));
        else Int16(checked((short)length));
        if (length > 0) Encoding.UTF8.GetBytes(value, Grow(length));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        BytesLength(value.Length);
        value.CopyTo(Grow(value.Length));
    }

    /// <summary>Record data taken from a segment file when the frame is sent; this frame now owns the slice's hold on the file.</summary>
    public void Records(FileSlice slice)
    {
        BytesLength(slice.Length);
        if (slice.Length == 0) return;
        _slices.Add((_length, slice));
        _sliceBytes += slice.Length;
    }

    public void ArrayLength(int count)
    {
        if (Flexible) Varint((uint)(count + 1));
        else Int32(count);
    }

    public void Array<T>(IReadOnlyCollection<T> items, Action<FrameWriter, T> write)
    {
        ArrayLength(items.Count);
        foreach (T item in items) write(this, item);
    }

    /// <summary>An empty set of tagged fields, which ends every structure of a flexible version.</summary>
    public void Tags()
    {
        if (Flexible) Grow(1)[0] = 0;
    }

    /// <summary>Starts a frame for a response; <see cref="End"/> puts the size in place.</summary>
    public void Begin(int correlationId, bool flexible, bool flexibleHeader)
    {
        Flexible = flexible;
        Int32(0);
        Int32(correlationId);
        if (flexibleHeader) Tags();
    }

    public void End() => BinaryPrimitives.WriteInt32BigEndian(_buffer, checked((int)(_length - 4 + _sliceBytes)));

    public void Dispose()
    {
        foreach ((_, FileSlice slice) in _slices) slice.Release();
        _slices.Clear();
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void BytesLength(int length)
    {
        if (Flexible) Varint((uint)(length + 1));
        else Int32(length);
    }

    private void Varint(uint value)
    {
        for (; value >= 0x80; value >>= 7) Grow(1)[0] = (byte)(value | 0x80);
        Grow(1)[0] = (byte)value;
    }

    private Span<byte> Grow(int count)
    {
        if (count > _buffer.Length - _length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        Span<byte> room = _buffer.AsSpan(_length, count);
        _length += count;
        return room;
    }
}
