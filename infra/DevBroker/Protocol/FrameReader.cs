using System.Buffers.Binary;
using System.Text;

namespace DevBroker.Protocol;

/// <summary>
/// Reads the primitives of the Kafka protocol from one frame. Every length is checked against the bytes that are left before
/// anything is allocated, so a frame cannot make the server allocate more than a small multiple of its own size.
/// </summary>
/// <remarks>Not thread-safe. Throws <see cref="MalformedFrameException"/> when the frame ends early or a length is absurd.</remarks>
internal sealed class FrameReader(byte[] buffer, int start, int end)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private int _position = start;

    /// <summary>Whether strings, bytes and arrays are in the compact form and structures end with tagged fields (KIP-482).</summary>
    public bool Flexible { get; set; }

    public int Remaining => end - _position;

    public sbyte Int8() => (sbyte)buffer[Take(1)];

    public bool Boolean() => buffer[Take(1)] != 0;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(buffer.AsSpan(Take(2), 2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(Take(4), 4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(buffer.AsSpan(Take(8), 8));

    public string String() => NullableString() ?? throw new MalformedFrameException("A string that must not be null is null.");

    public string? NullableString()
    {
        int length = Flexible ? CompactLength() : Int16();
        return length < 0 ? null : Text(length);
    }

    /// <summary>The client id of the request header, which keeps the old string form in every header version.</summary>
    public string? HeaderString()
    {
        int length = Int16();
        return length < 0 ? null : Text(length);
    }

    public Memory<byte> Bytes() => NullableBytes() ?? throw new MalformedFrameException("Bytes that must not be null are null.");

    /// <summary>A view into the frame: valid until the frame's buffer goes back to its pool.</summary>
    public Memory<byte>? NullableBytes()
    {
        int length = Flexible ? CompactLength() : Int32();
        return length < 0 ? null : buffer.AsMemory(Take(length), length);
    }

    /// <summary>The number of elements of an array, -1 for a null array.</summary>
    /// <param name="elementBytesMin">The fewest bytes one element can take: a count that cannot fit is refused at once.</param>
    public int ArrayLength(int elementBytesMin)
    {
        int count = Flexible ? CompactLength() : Int32();
        if (count > Remaining / elementBytesMin) throw new MalformedFrameException($"An array of {count} elements cannot fit.");
        return count < -1 ? throw new MalformedFrameException($"An array has {count} elements.") : count;
    }

    /// <summary>Reads an array with one call of <paramref name="read"/> per element; a null array reads as empty.</summary>
    public List<T> Array<T>(int elementBytesMin, Func<FrameReader, T> read) => NullableArray(elementBytesMin, read) ?? [];

    public List<T>? NullableArray<T>(int elementBytesMin, Func<FrameReader, T> read)
    {
        int count = ArrayLength(elementBytesMin);
        if (count < 0) return null;
        var items = new List<T>(count);
        for (int i = 0; i < count; i++) items.Add(read(this));
        return items;
    }

    /// <summary>Skips the tagged fields at the end of a structure; this server needs none of them.</summary>
    public void Tags()
    {
        if (!Flexible) return;
        for (uint count = Varint(); count > 0; count--)
        {
            Varint();
            Take(checked((int)Math.Min(Varint(), int.MaxValue)));
        }
    }

    private int CompactLength()
    {
        uint plusOne = Varint();
        return plusOne > int.MaxValue ? throw new MalformedFrameException("A length is out of range.") : (int)plusOne - 1;
    }

    private uint Varint()
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = buffer[Take(1)];
            value |= (uint)(next & 0x7F) << shift;
            if ((next & 0x80) == 0) return value;
        }

        throw new MalformedFrameException("A variable-length number is too long.");
    }

    private string Text(int length)
    {
        try
        {
            return StrictUtf8.GetString(buffer, Take(length), length);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedFrameException("A string is not UTF-8.");
        }
    }

    private int Take(int count)
    {
        if (count < 0 || count > end - _position) throw new MalformedFrameException("The frame ends early.");
        int at = _position;
        _position += count;
        return at;
    }
}
