using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Archive.Manifests;

/// <summary>
/// Which containers there may be, in about 10 bits for each: a Bloom filter. "No" is sure; "yes" is wrong once in a hundred.
/// </summary>
[JsonConverter(typeof(ContainerFilterConverter))]
public sealed class ContainerFilter
{
    /// <summary>Characters by which people name a container: these of an id are in the filter.</summary>
    public const int ShortId = 12;

    private const int BitsForEach = 10, Probes = 7;
    private readonly byte[] _bits;

    public ContainerFilter(byte[] bits) => _bits = bits;

    internal ReadOnlySpan<byte> Bits => _bits;

    /// <param name="hashes">By <see cref="HashOf"/>.</param>
    public static ContainerFilter Of(IReadOnlyCollection<UInt128> hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        var bits = new byte[(hashes.Count * BitsForEach + 7) / 8];
        foreach (UInt128 hash in hashes)
        {
            for (int probe = 0; probe < Probes; probe++)
            {
                ulong bit = Bit(hash, probe, bits.Length);
                bits[bit / 8] |= (byte)(1 << (int)(bit % 8));
            }
        }

        return new ContainerFilter(bits);
    }

    public static UInt128 HashOf(ReadOnlySpan<byte> containerId) => XxHash128.HashToUInt128(containerId);

    /// <param name="container">An id or the beginning of one. Of fewer than <see cref="ShortId"/> characters nothing can be said: then
    /// yes.</param>
    public bool MayContain(string container)
    {
        ArgumentNullException.ThrowIfNull(container);
        if (_bits.Length == 0) return false;
        if (container.Length < ShortId) return true;
        UInt128 hash = HashOf(Encoding.UTF8.GetBytes(container[..ShortId]));
        for (int probe = 0; probe < Probes; probe++)
        {
            ulong bit = Bit(hash, probe, _bits.Length);
            if ((_bits[bit / 8] & (1 << (int)(bit % 8))) == 0) return false;
        }

        return true;
    }

    private static ulong Bit(UInt128 hash, int probe, int bytes) =>
        unchecked((ulong)hash + (ulong)probe * ((ulong)(hash >> 64) | 1)) % ((ulong)bytes * 8);
}

/// <summary>A filter as base64.</summary>
internal sealed class ContainerFilterConverter : JsonConverter<ContainerFilter>
{
    public override ContainerFilter Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetBytesFromBase64());

    public override void Write(Utf8JsonWriter writer, ContainerFilter value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(value.Bits);
}
