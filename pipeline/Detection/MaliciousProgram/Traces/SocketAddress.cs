using System.Buffers.Binary;
using System.Globalization;

namespace Pipeline.Detection.MaliciousProgram.Traces;

/// <summary>The address of an Internet socket as a system call gave it (ip(7), ipv6(7)).</summary>
internal static class SocketAddress
{
    private const ushort Inet = 2, Inet6 = 10; // AF_INET, AF_INET6

    /// <returns>False for every other family, for a cut address and for port 0, which no connection has.</returns>
    public static bool TryRead(ReadOnlySpan<byte> address, out string endpoint, out int port)
    {
        endpoint = "";
        port = 0;
        if (address.Length < 8) return false;
        ushort family = BinaryPrimitives.ReadUInt16LittleEndian(address);
        port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        if (port == 0) return false;
        if (family == Inet)
        {
            ReadOnlySpan<byte> ip = address.Slice(4, 4);
            endpoint = string.Create(CultureInfo.InvariantCulture, $"{ip[0]}.{ip[1]}.{ip[2]}.{ip[3]}:{port}");
            return true;
        }

        if (family != Inet6 || address.Length < 24) return false;
        ReadOnlySpan<byte> ip6 = address.Slice(8, 16);
        var groups = new string[8];
        for (int i = 0; i < groups.Length; i++)
            groups[i] = BinaryPrimitives.ReadUInt16BigEndian(ip6[(i * 2)..]).ToString("x", CultureInfo.InvariantCulture);
        endpoint = string.Create(CultureInfo.InvariantCulture, $"[{string.Join(':', groups)}]:{port}");
        return true;
    }
}
