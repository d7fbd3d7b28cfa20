using System.Buffers.Binary;
using System.Globalization;

namespace Pipeline.Detection.Fingerprints;

/// <summary>
/// A SHA-256 digest as four numbers, so that millions of them are one array without an object each. Ordered as its bytes are.
/// </summary>
public readonly record struct Sha256Digest(ulong A, ulong B, ulong C, ulong D) : IComparable<Sha256Digest>
{
    public const int Bytes = 32;

    public static bool TryFrom(ReadOnlySpan<byte> bytes, out Sha256Digest digest)
    {
        digest = default;
        if (bytes.Length != Bytes) return false;
        digest = new(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));
        return true;
    }

    /// <summary>Reads exactly 64 hex digits, in either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out Sha256Digest digest)
    {
        digest = default;
        if (hex.Length != Bytes * 2) return false;
        Span<ulong> parts = stackalloc ulong[4];
        for (int i = 0; i < parts.Length; i++)
        {
            // AllowHexSpecifier takes no sign and no white space.
            if (!ulong.TryParse(hex.Slice(i * 16, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out parts[i]))
                return false;
        }

        digest = new(parts[0], parts[1], parts[2], parts[3]);
        return true;
    }

    public int CompareTo(Sha256Digest other)
    {
        int order = A.CompareTo(other.A);
        if (order == 0) order = B.CompareTo(other.B);
        if (order == 0) order = C.CompareTo(other.C);
        return order == 0 ? D.CompareTo(other.D) : order;
    }

    public static bool operator <(Sha256Digest left, Sha256Digest right) => left.CompareTo(right) < 0;

    public static bool operator >(Sha256Digest left, Sha256Digest right) => left.CompareTo(right) > 0;

    public static bool operator <=(Sha256Digest left, Sha256Digest right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Sha256Digest left, Sha256Digest right) => left.CompareTo(right) >= 0;

    /// <summary>64 hex digits in lower case, as sha256sum(1) prints them.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{A:x16}{B:x16}{C:x16}{D:x16}");

    internal void Save(BinaryWriter state)
    {
        state.Write(A);
        state.Write(B);
        state.Write(C);
        state.Write(D);
    }

    internal static Sha256Digest Load(BinaryReader state) =>
        new(state.ReadUInt64(), state.ReadUInt64(), state.ReadUInt64(), state.ReadUInt64());
}
