using System.Buffers.Binary;

namespace Pipeline.Domain.Kernel;

/// <summary>Texts as the bytes that events hold them in: found without making strings of them. Immutable.</summary>
internal sealed class Utf8Texts : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    private const ulong First = 0xa0761d6478bd642f, Second = 0xe7037ed1a0b428db; // odd numbers with half of their bits set

    private Utf8Texts()
    {
    }

    public static Utf8Texts Comparer { get; } = new();

    /// <summary>A hash that is quick and good enough for tables that nothing depends on but time. Not to be saved.</summary>
    public static int Hash(ReadOnlySpan<byte> utf8)
    {
        ulong hash = (ulong)utf8.Length;
        while (utf8.Length > 2 * sizeof(ulong))
        {
            hash = Mix(
                BinaryPrimitives.ReadUInt64LittleEndian(utf8) ^ hash, BinaryPrimitives.ReadUInt64LittleEndian(utf8[sizeof(ulong)..]));
            utf8 = utf8[(2 * sizeof(ulong))..];
        }

        ulong start = 0, end = 0;
        if (utf8.Length >= sizeof(ulong))
        {
            start = BinaryPrimitives.ReadUInt64LittleEndian(utf8);
            end = BinaryPrimitives.ReadUInt64LittleEndian(utf8[^sizeof(ulong)..]);
        }
        else
        {
            foreach (byte b in utf8) start = (start << 8) | b;
        }

        hash = Mix(start ^ hash, end);
        return (int)(hash ^ (hash >> 32));
    }

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj) => Hash(obj);

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => Hash(alternate);

    private static ulong Mix(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a ^ First, b ^ Second, out ulong low);
        return high ^ low;
    }
}
