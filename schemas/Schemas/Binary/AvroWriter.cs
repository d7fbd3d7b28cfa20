using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Pipeline.Schemas.Binary;

/// <summary>
/// Writes Avro's binary encoding (specification 1.12, "Binary encoding") into a buffer writer. What was written reaches the buffer writer
/// with
/// <see cref="Flush"/>. Arrays and maps are written as one block.
/// </summary>
public ref struct AvroWriter(IBufferWriter<byte> output)
{
    private const int SmallestGrant = 1024;
    private const int LongestNumber = 10;

    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _span;
    private int _used;

    public void Long(long value)
    {
        Ensure(LongestNumber);
        ulong rest = (ulong)((value << 1) ^ (value >> 63));
        while (rest >= 0x80)
        {
            _span[_used++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        _span[_used++] = (byte)rest;
    }

    public void Int(int value) => Long(value);

    /// <summary>64 unsigned bits as the long with the same bits.</summary>
    public void Bits(ulong value) => Long(unchecked((long)value));

    public void Boolean(bool value)
    {
        Ensure(1);
        _span[_used++] = value ? (byte)1 : (byte)0;
    }

    /// <summary>
    /// A symbol by its position; one that the schema does not have becomes its default symbol, so that the bytes stay readable.
    /// </summary>
    public void Enum(int symbol, int symbols, int defaultSymbol) => Long((uint)symbol < (uint)symbols ? symbol : defaultSymbol);

    public void Branch(int branch) => Long(branch);

    public void Bytes(scoped ReadOnlySpan<byte> value)
    {
        Long(value.Length);
        Raw(value);
    }

    public void String(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        Long(length);
        Ensure(length);
        Encoding.UTF8.GetBytes(value, _span[_used..]);
        _used += length;
    }

    /// <summary>
    /// A string that is UTF-8 already. Bytes that are not become U+FFFD: Avro's string must be valid or other readers refuse the whole
    /// message.
    /// </summary>
    public void String(scoped ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8)) Bytes(utf8);
        else String(Encoding.UTF8.GetString(utf8));
    }

    /// <summary>Begins an array or map of <paramref name="count"/> items; end it with <see cref="EndItems"/>.</summary>
    public void BeginItems(int count)
    {
        if (count > 0) Long(count);
    }

    public void EndItems() => Long(0);

    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(_span[_used..]);
        _used += bytes.Length;
    }

    public void Flush()
    {
        if (_used > 0) _output.Advance(_used);
        _span = default;
        _used = 0;
    }

    private void Ensure(int bytes)
    {
        if (_span.Length - _used < bytes) Grow(bytes);
    }

    private void Grow(int bytes)
    {
        Flush();
        _span = _output.GetSpan(Math.Max(bytes, SmallestGrant));
    }
}
