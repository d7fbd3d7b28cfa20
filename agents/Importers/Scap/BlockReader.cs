namespace Agents.Importers.Scap;

/// <summary>
/// Reads the fields of a block, and of an entry within it, and never past the end of either. A field that does not fit, or that the stream
/// does not have, is zero or empty and sets <see cref="Failed"/>. Not thread-safe.
/// </summary>
internal sealed class BlockReader(ScapInput input)
{
    private long _blockEnd;
    private long _end;

    public bool Failed { get; private set; }

    /// <summary>Bytes left in the entry, or in the block outside of one.</summary>
    public long Left => _end - input.Offset;

    public long Offset => input.Offset;

    public void Begin(long length)
    {
        _blockEnd = _end = input.Offset + length;
        Failed = false;
    }

    /// <summary>Begins an entry of the given length.</summary>
    public void Enter(long length)
    {
        if (length < 0 || length > Left) Failed = true;
        else _end = input.Offset + length;
    }

    /// <summary>Goes to the end of the entry: newer sensors append fields.</summary>
    public void Leave()
    {
        if (Failed) return;
        Failed = !input.TrySkip(Left);
        _end = _blockEnd;
    }

    /// <summary>Goes to the end of the block, whatever was wrong in it.</summary>
    /// <returns>False when the stream ends before.</returns>
    public bool Finish() => input.TrySkip(Math.Max(0, _blockEnd - input.Offset));

    public byte Byte() => Fixed(1)[0];

    public ushort UInt16() => input.UInt16(Fixed(2));

    public uint UInt32() => input.UInt32(Fixed(4));

    public long Int64() => input.Int64(Fixed(8));

    /// <summary>A text behind its length of two bytes.</summary>
    public byte[] Text()
    {
        int length = UInt16();
        if (Failed || length == 0) return [];
        if (length > Left)
        {
            Failed = true;
            return [];
        }

        byte[] text = new byte[length];
        Failed = !input.TryRead(text);
        return text;
    }

    public void Skip(int count)
    {
        if (Failed) return;
        Failed = count > Left || !input.TrySkip(count);
    }

    private readonly byte[] _fixed = new byte[8];

    private ReadOnlySpan<byte> Fixed(int count)
    {
        Span<byte> bytes = _fixed.AsSpan(0, count);
        if (Failed || count > Left || !input.TryRead(bytes))
        {
            Failed = true;
            bytes.Clear();
        }

        return bytes;
    }
}
