using System.Buffers.Binary;
using System.Numerics;

namespace Agents.NodeAgent.Shipping.Spool;

/// <summary>CRC-32C (Castagnoli, RFC 3720 section 12.1): finds every burst error up to 32 bits, and processors compute it.</summary>
internal static class Crc32C
{
    /// <param name="before">Checksum of the bytes that went before, to go on from.</param>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        uint crc = ~before;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte one in bytes) crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
