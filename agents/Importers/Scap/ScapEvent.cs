using System.Buffers.Binary;

namespace Agents.Importers.Scap;

/// <summary>
/// One recorded event: its head, and parameters found by name. Reads from a buffer that was checked when it was made; a parameter that is
/// absent, or not of the length that its reading needs, is as if it were not there.
/// </summary>
internal readonly ref struct ScapEvent
{
    private readonly ReadOnlySpan<byte> _lengths;
    private readonly ReadOnlySpan<byte> _values;
    private readonly int _lengthBytes;

    /// <param name="body">What follows the head: the lengths of the parameters, then the parameters.</param>
    public ScapEvent(EventShape shape, ushort type, long wallNs, long thread, int parameters, ReadOnlySpan<byte> body, bool bigEndian)
    {
        int lengthBytes = shape.LengthBytes;
        Shape = shape;
        Type = type;
        WallNs = wallNs;
        Thread = thread;
        Parameters = parameters;
        _lengthBytes = lengthBytes;
        Body = body;
        _lengths = body[..(parameters * lengthBytes)];
        _values = body[(parameters * lengthBytes)..];
        IsBigEndian = bigEndian;
    }

    public EventShape Shape { get; }

    public ushort Type { get; }

    public long WallNs { get; }

    public long Thread { get; }

    public int Parameters { get; }

    public bool IsBigEndian { get; }

    /// <summary>Lengths and parameters, to keep the event beyond the buffer.</summary>
    public ReadOnlySpan<byte> Body { get; }

    public bool Has(string name) => TryGet(name, out _);

    /// <summary>An integer of whatever width it has; -errno and descriptors are 8 bytes and signed.</summary>
    public bool TryInt(string name, out long value)
    {
        value = 0;
        if (!TryGet(name, out ReadOnlySpan<byte> bytes)) return false;
        switch (bytes.Length)
        {
            case 1: value = bytes[0]; return true;
            case 2:
                value = IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
                return true;
            case 4:
                value = IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
                return true;
            case 8:
                value = IsBigEndian ? BinaryPrimitives.ReadInt64BigEndian(bytes) : BinaryPrimitives.ReadInt64LittleEndian(bytes);
                return true;
            default: return false;
        }
    }

    /// <summary>A text without its closing NUL. What the sensor could not read it wrote as "&lt;NA&gt;"; that is empty here.</summary>
    public ReadOnlySpan<byte> Text(string name)
    {
        if (!TryGet(name, out ReadOnlySpan<byte> bytes)) return default;
        int end = bytes.IndexOf((byte)0);
        if (end >= 0) bytes = bytes[..end];
        return bytes.SequenceEqual("<NA>"u8) ? default : bytes;
    }

    public ReadOnlySpan<byte> Bytes(string name) => TryGet(name, out ReadOnlySpan<byte> bytes) ? bytes : default;

    private bool TryGet(string name, out ReadOnlySpan<byte> bytes)
    {
        int index = Shape.Parameters.IndexOf(name);
        if (index < 0 || index >= Parameters)
        {
            bytes = default;
            return false;
        }

        int at = 0;
        for (int i = 0; i < index; i++) at += LengthOf(i);
        bytes = _values.Slice(at, LengthOf(index));
        return true;
    }

    private int LengthOf(int index) => LengthAt(_lengths, index, _lengthBytes, IsBigEndian);

    private static int LengthAt(ReadOnlySpan<byte> lengths, int index, int lengthBytes, bool bigEndian)
    {
        ReadOnlySpan<byte> at = lengths[(index * lengthBytes)..];
        if (lengthBytes == 2) return bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);
        uint length = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
        return (int)Math.Min(length, int.MaxValue);
    }

    /// <summary>Bytes that parameters and their lengths take; more than <see cref="int.MaxValue"/> when the lengths are nonsense.</summary>
    public static long Extent(ReadOnlySpan<byte> body, int parameters, int lengthBytes, bool bigEndian)
    {
        long extent = (long)parameters * lengthBytes;
        if (extent > body.Length) return long.MaxValue;
        for (int i = 0; i < parameters; i++) extent += LengthAt(body, i, lengthBytes, bigEndian);
        return extent;
    }
}
