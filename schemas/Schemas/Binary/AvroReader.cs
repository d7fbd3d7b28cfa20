using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;
using System.Text.Unicode;
using Pipeline.Domain.Events;

namespace Pipeline.Schemas.Binary;

/// <summary>
/// Reads Avro's binary encoding from bytes that may be hostile. It never throws and never allocates on the word of a length: every length
/// is held against what is left. The first fault sticks: from then on the input counts as empty, numbers read as 0 and texts as empty, and
/// no loop over items goes on, so callers look at <see cref="Result"/> once, at the end.
/// </summary>
public ref struct AvroReader
{
    private const int LongestNumber = 10;

    private readonly DecodeLimits _limits;
    private ReadOnlySpan<byte> _bytes;
    private int _position;

    public AvroReader(ReadOnlySpan<byte> bytes, int position, DecodeLimits limits)
    {
        _bytes = bytes;
        _position = position;
        _limits = limits;
    }

    /// <summary>The first fault, or success so far.</summary>
    public DecodeResult Result { get; private set; }

    public readonly bool Failed => !Result.IsOk;

    public readonly int Position => _position;

    private readonly int Left => _bytes.Length - _position;

    public long Long()
    {
        if ((uint)_position < (uint)_bytes.Length && _bytes[_position] < 0x80)
        {
            uint small = _bytes[_position++];
            return (int)(small >> 1) ^ -(int)(small & 1);
        }

        return LongOfSeveralBytes();
    }

    /// <summary>A long within bounds, both included.</summary>
    public long Long(long smallest, long largest)
    {
        long value = Long();
        if (value >= smallest && value <= largest) return value;
        Fail(DecodeFault.BadNumber, "number outside the range of its field");
        return 0;
    }

    public int Int() => (int)Long(int.MinValue, int.MaxValue);

    public uint UInt() => (uint)Long(0, uint.MaxValue);

    /// <summary>A long as the 64 unsigned bits it stands for.</summary>
    public ulong Bits() => unchecked((ulong)Long());

    public bool Boolean()
    {
        if (Left < 1)
        {
            Fail(DecodeFault.Truncated, "boolean");
            return false;
        }

        byte value = _bytes[_position++];
        if (value > 1) Fail(DecodeFault.BadNumber, "boolean that is neither 0 nor 1");
        return value == 1;
    }

    /// <summary>Position of an enum's symbol, smaller than <paramref name="symbols"/>.</summary>
    public int Enum(int symbols) => Choice(symbols, "enum symbol");

    /// <summary>Position of a union's branch, smaller than <paramref name="branches"/>.</summary>
    public int Branch(int branches) => Choice(branches, "union branch");

    /// <summary>True when an optional value (a union of null and something) is there.</summary>
    public bool IsPresent() => Branch(2) == 1;

    public ReadOnlySpan<byte> Bytes()
    {
        int length = Length();
        ReadOnlySpan<byte> value = _bytes.Slice(_position, length);
        _position += length;
        return value;
    }

    /// <summary>A bytes value as the slice of the message that holds it.</summary>
    public Text Text()
    {
        int length = Length();
        if (length == 0) return default;
        var slice = new Text(_position, length);
        _position += length;
        return slice;
    }

    /// <summary>A string as the slice of the message that holds it.</summary>
    public Text StringText()
    {
        Text text = Text();
        if (!text.IsEmpty && !Utf8.IsValid(_bytes.Slice(text.Offset, text.Length))) Fail(DecodeFault.BadText, "string that is not UTF-8");
        return text;
    }

    public string String()
    {
        ReadOnlySpan<byte> value = Bytes();
        if (value.IsEmpty) return "";
        if (Utf8.IsValid(value)) return Encoding.UTF8.GetString(value);
        Fail(DecodeFault.BadText, "string that is not UTF-8");
        return "";
    }

    /// <summary>
    /// Begins an array or map; ask <see cref="Next"/> before each item. At most as many items as the limits allow for nested ones.
    /// </summary>
    public readonly ItemCursor BeginItems() => new(_limits.MaxItems);

    public static ItemCursor BeginItems(int limit) => new(limit);

    /// <summary>True when another item follows, at which the reader then stands.</summary>
    public bool Next(ref ItemCursor items)
    {
        if (items.LeftInBlock == 0) BeginBlock(ref items);
        if (items.LeftInBlock == 0 || Failed) return false;
        items.LeftInBlock--;
        return true;
    }

    /// <summary>Checks that the input ends here.</summary>
    public void End()
    {
        if (Left > 0) Fail(DecodeFault.TrailingBytes, $"{Left} bytes after the end");
    }

    /// <summary>Records a fault, unless there is one already.</summary>
    public void Fail(DecodeFault fault, string detail)
    {
        if (!Failed) Result = new DecodeResult(fault, _position, detail);
        _bytes = _bytes[.._position];
    }

    private void BeginBlock(ref ItemCursor items)
    {
        if (items.BlockEnd >= 0 && items.BlockEnd != _position) Fail(DecodeFault.BadLength, "block whose size is not that of its items");
        long count = Long();
        items.BlockEnd = -1;
        if (count < 0)
        {
            long size = Long();
            if (count == long.MinValue || size < 0 || size > Left)
            {
                Fail(DecodeFault.BadLength, "block size beyond the end");
                return;
            }

            count = -count;
            items.BlockEnd = _position + (int)size;
        }

        // No item of our schemas is encoded in no bytes, so more items than bytes cannot be.
        if (count > Left) Fail(DecodeFault.BadLength, "more items than bytes");
        else if (count > items.Allowed) Fail(DecodeFault.TooLarge, $"more items than are allowed ({items.Allowed} left)");
        if (Failed) return;
        items.LeftInBlock = (int)count;
        items.Allowed -= (int)count;
    }

    private int Length()
    {
        long length = Long();
        if ((ulong)length > (ulong)Left)
        {
            // A length that was read truthfully can exceed what is left in two ways: negative, or beyond the end.
            Fail(length < 0 ? DecodeFault.BadLength : DecodeFault.Truncated, "length beyond the end");
            return 0;
        }

        if (length <= _limits.MaxTextBytes) return (int)length;
        Fail(DecodeFault.TooLarge, $"text of {length} bytes");
        return 0;
    }

    private int Choice(int choices, string what)
    {
        long value = Long();
        if ((ulong)value < (ulong)choices) return (int)value;
        Fail(DecodeFault.BadBranch, what);
        return 0;
    }

    /// <summary>Eight bytes at once: where the number ends, and then its groups of seven bits moved together in three steps.</summary>
    private long LongOfSeveralBytes()
    {
        if (Left < sizeof(ulong)) return LongByteByByte();
        ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_position..]);
        ulong ends = ~bytes & 0x8080_8080_8080_8080;
        if (ends == 0) return LongByteByByte();
        int last = BitOperations.TrailingZeroCount(ends);
        _position += (last + 1) / 8;
        ulong value = bytes & (ulong.MaxValue >> (63 - last));
        value = (value & 0x007F_007F_007F_007F) | ((value & 0x7F00_7F00_7F00_7F00) >> 1);
        value = (value & 0x0000_3FFF_0000_3FFF) | ((value & 0x3FFF_0000_3FFF_0000) >> 2);
        value = (value & 0x0000_0000_0FFF_FFFF) | ((value & 0x0FFF_FFFF_0000_0000) >> 4);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private long LongByteByByte()
    {
        ulong value = 0;
        int end = Math.Min(_bytes.Length, _position + LongestNumber);
        int shift = 0;
        for (int at = _position; at < end; at++, shift += 7)
        {
            byte next = _bytes[at];
            value |= (ulong)(next & 0x7F) << shift;
            if (next >= 0x80) continue;
            if (shift == 63 && next > 1) break;
            _position = at + 1;
            return (long)(value >> 1) ^ -(long)(value & 1);
        }

        if (end - _position < LongestNumber) Fail(DecodeFault.Truncated, "number");
        else Fail(DecodeFault.BadNumber, "number of more than 64 bits");
        return 0;
    }

    /// <summary>Where a reader stands in an array or map.</summary>
    [SuppressMessage("Design", "CA1034", Justification = "Means nothing without the reader.")]
    [SuppressMessage("Performance", "CA1815", Justification = "Is never compared.")]
    public struct ItemCursor
    {
        internal ItemCursor(int allowed)
        {
            Allowed = allowed;
            BlockEnd = -1;
        }

        internal int LeftInBlock { get; set; }

        internal int BlockEnd { get; set; }

        internal int Allowed { get; set; }
    }
}
