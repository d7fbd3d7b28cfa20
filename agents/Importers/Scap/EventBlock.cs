namespace Agents.Importers.Scap;

/// <summary>The event that is being read: the bytes of its block, in a buffer that grows up to a bound. Not thread-safe.</summary>
internal sealed class EventBlock(ScapInput input)
{
    /// <summary>Bytes of an event. Sensors write up to 64 KiB, and container descriptions of some more.</summary>
    public const int Most = 4 * 1024 * 1024;

    private const int OldHead = 22;
    private const int Head = 26;

    private byte[] _buffer = new byte[64 * 1024];
    private int _bodyAt;
    private int _bodyEnd;
    private int _parameters;

    public enum Reading
    {
        Ok,

        /// <summary>The stream ends within it.</summary>
        Ended,

        /// <summary>See <see cref="Fault"/>.</summary>
        Broken,
    }

    public string Fault { get; private set; } = "";

    public EventShape Shape { get; private set; } = EventTable.Get(0);

    public ushort Type { get; private set; }

    public short Cpu { get; private set; }

    public long WallNs { get; private set; }

    public long Thread { get; private set; }

    /// <param name="length">Bytes between the block's head and its trailer.</param>
    public Reading Read(uint blockType, long length)
    {
        int before = BlockTypes.HasEventFlags(blockType) ? 6 : 2;
        int head = BlockTypes.HasParameterCount(blockType) ? Head : OldHead;
        if (length < before + head) return Break($"an event's block has {length} bytes, less than its head");
        if (length > Most) return Break($"an event's block has {length} bytes, more than {Most}");
        if (!TryFill((int)length)) return Reading.Ended;

        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, (int)length);
        Cpu = (short)input.UInt16(bytes);
        ReadOnlySpan<byte> at = bytes[before..];
        WallNs = input.Int64(at);
        Thread = input.Int64(at[8..]);
        uint size = input.UInt32(at[16..]);
        Type = input.UInt16(at[20..]);
        Shape = EventTable.Get(Type);
        if (size < head || size > at.Length) return Break($"an event says that it is {size} bytes long, in a block of {length}");
        if (WallNs < 0) return Break("an event's time is beyond what can be told");
        _bodyAt = before + head;
        _bodyEnd = before + (int)size;
        uint parameters = head == Head ? input.UInt32(at[22..]) : uint.MaxValue;
        _parameters = parameters == uint.MaxValue ? OldParameters() : (int)Math.Min(parameters, int.MaxValue);
        return Reading.Ok;
    }

    /// <returns>False when the lengths of the parameters do not fit the event's.</returns>
    public bool TryParse(out ScapEvent parsed)
    {
        ReadOnlySpan<byte> body = _buffer.AsSpan(_bodyAt, _bodyEnd - _bodyAt);
        int parameters = Shape.Parameters.IsEmpty ? 0 : _parameters;
        bool fits = parameters >= 0 && ScapEvent.Extent(body, parameters, Shape.LengthBytes, input.BigEndian) <= body.Length;
        parsed = new ScapEvent(Shape, Type, WallNs, Thread, fits ? parameters : 0, body, input.BigEndian);
        return fits;
    }

    /// <summary>
    /// Old captures do not say how many parameters an event has: it is the number with which the lengths add up to the event's, tried from
    /// the most that the type can have; -1 when there is none.
    /// </summary>
    private int OldParameters()
    {
        ReadOnlySpan<byte> body = _buffer.AsSpan(_bodyAt, _bodyEnd - _bodyAt);
        if (Shape.Parameters.IsEmpty) return 0;
        for (int parameters = Shape.MostParameters; parameters >= 0; parameters--)
        {
            if (ScapEvent.Extent(body, parameters, Shape.LengthBytes, input.BigEndian) == body.Length) return parameters;
        }

        return -1;
    }

    private bool TryFill(int length)
    {
        if (_buffer.Length < length) _buffer = new byte[Math.Min(Most, length * 2)];
        return input.TryRead(_buffer.AsSpan(0, length));
    }

    private Reading Break(string fault)
    {
        Fault = fault;
        return Reading.Broken;
    }
}
