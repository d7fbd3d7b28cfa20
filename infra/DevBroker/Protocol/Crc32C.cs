using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DevBroker.Protocol;

/// <summary>
/// CRC-32C (Castagnoli), the check sum of record batches. <see cref="BitOperations"/> maps to the processor's instruction,
/// whose latency of three cycles is hidden by working on three stretches at once and joining their sums.
/// </summary>
internal static class Crc32C
{
    private const int Stretch = 1024;
    private static readonly uint[] ShiftOne = ShiftTable(Stretch);
    private static readonly uint[] ShiftTwo = ShiftTable(2 * Stretch);

    public static uint Of(ReadOnlySpan<byte> data)
    {
        uint crc = ~0u;
        while (data.Length >= 3 * Stretch)
        {
            crc = ThreeStretches(crc, data);
            data = data[(3 * Stretch)..];
        }

        return ~Simple(crc, data);
    }

    private static uint Simple(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(data)) crc = BitOperations.Crc32C(crc, word);
        foreach (byte rest in data[(data.Length & ~7)..]) crc = BitOperations.Crc32C(crc, rest);
        return crc;
    }

    private static uint ThreeStretches(uint first, ReadOnlySpan<byte> data)
    {
        uint second = 0;
        uint third = 0;
        ref byte at = ref MemoryMarshal.GetReference(data);
        for (int i = 0; i < Stretch; i += 8)
        {
            first = BitOperations.Crc32C(first, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, i)));
            second = BitOperations.Crc32C(second, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, Stretch + i)));
            third = BitOperations.Crc32C(third, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, (2 * Stretch) + i)));
        }

        return Shift(ShiftTwo, first) ^ Shift(ShiftOne, second) ^ third;
    }

    /// <summary>The sum after a number of zero bytes that is fixed by the table: a linear map, so it is done byte by byte.</summary>
    private static uint Shift(uint[] table, uint crc) =>
        table[crc & 0xFF] ^ table[256 + ((crc >> 8) & 0xFF)] ^ table[512 + ((crc >> 16) & 0xFF)] ^ table[768 + (crc >> 24)];

    private static uint[] ShiftTable(int zeroBytes)
    {
        var table = new uint[4 * 256];
        Span<byte> zeros = new byte[zeroBytes];
        for (int place = 0; place < 4; place++)
        {
            for (uint value = 0; value < 256; value++) table[(place * 256) + (int)value] = Simple(value << (8 * place), zeros);
        }

        return table;
    }
}
