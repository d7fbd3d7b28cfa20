using System.Buffers.Binary;

namespace Agents.Importers.Scap;

/// <summary>Addresses in the format's own layouts, as the kernel's sockaddr (ip(7), ipv6(7), unix(7)).</summary>
internal static class SocketAddress
{
    private const byte Unix = 1;
    private const byte Internet = 2;
    private const byte Internet6 = 10;

    /// <summary>The far end of a pair: family, then source address and port, then destination address and port.</summary>
    public static byte[] OfPeer(ReadOnlySpan<byte> tuple, bool bigEndian) => tuple switch
    {
        [Internet, .. { Length: >= 12 } pair] => Of4(pair[6..10], pair[10..12], bigEndian),
        [Internet6, .. { Length: >= 36 } pair] => Of6(pair[18..34], pair[34..36], bigEndian),
        [Unix, .. { Length: > 16 } pair] => OfUnix(pair[16..]),
        _ => [],
    };

    /// <summary>One address: family, then address and port, or path.</summary>
    public static byte[] Of(ReadOnlySpan<byte> address, bool bigEndian) => address switch
    {
        [Internet, .. { Length: >= 6 } one] => Of4(one[..4], one[4..6], bigEndian),
        [Internet6, .. { Length: >= 18 } one] => Of6(one[..16], one[16..18], bigEndian),
        [Unix, .. { Length: > 0 } path] => OfUnix(path),
        _ => [],
    };

    private static byte[] Of4(ReadOnlySpan<byte> ip, ReadOnlySpan<byte> port, bool bigEndian)
    {
        byte[] address = new byte[16];
        Head(address, Internet, port, bigEndian);
        ip.CopyTo(address.AsSpan(4));
        return address;
    }

    private static byte[] Of6(ReadOnlySpan<byte> ip, ReadOnlySpan<byte> port, bool bigEndian)
    {
        byte[] address = new byte[28];
        Head(address, Internet6, port, bigEndian);
        ip.CopyTo(address.AsSpan(8));
        return address;
    }

    private static byte[] OfUnix(ReadOnlySpan<byte> path)
    {
        int end = path.IndexOf((byte)0);
        if (end > 0) path = path[..end];
        return [Unix, 0, .. path[..Math.Min(path.Length, 108)], 0];
    }

    private static void Head(Span<byte> address, byte family, ReadOnlySpan<byte> port, bool bigEndian)
    {
        address[0] = family;
        ushort number = bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(port) : BinaryPrimitives.ReadUInt16LittleEndian(port);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], number);
    }
}
