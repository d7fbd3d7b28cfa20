using System.Buffers.Binary;
using System.IO.Compression;
using K4os.Compression.LZ4.Streams;
using Snappier;
using ZstdSharp;

namespace DevBroker.Protocol;

/// <summary>The codecs of record batches. Damaged input reads as empty or short, it never throws.</summary>
internal static class Compression
{
    /// <summary>More than this comes out of no batch that a client can send; it ends decompression bombs.</summary>
    private const int DecompressedBytesMax = 128 * 1024 * 1024;

    /// <summary>First bytes of the framing that Java clients put around Snappy blocks.</summary>
    private static ReadOnlySpan<byte> XerialMagic => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    public static ReadOnlyMemory<byte> Decompress(Codec codec, ReadOnlySpan<byte> data)
    {
        try
        {
            return codec switch
            {
                Codec.None => data.ToArray(),
                Codec.Gzip => ReadAll(new GZipStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress)),
                Codec.Snappy => data.StartsWith(XerialMagic) ? UnframeSnappy(data) : Unsnap(data),
                Codec.Lz4 => ReadAll(LZ4Stream.Decode(new MemoryStream(data.ToArray()))),
                _ => ReadAll(new DecompressionStream(new MemoryStream(data.ToArray()))),
            };
        }
        catch (Exception damaged) when (damaged is InvalidDataException or IOException or ZstdException or ArgumentException)
        {
            return default;
        }
    }

    public static byte[] Compress(Codec codec, ReadOnlySpan<byte> data) => codec switch
    {
        Codec.None => data.ToArray(),
        Codec.Gzip => WriteAll(data, to => new GZipStream(to, CompressionLevel.Optimal, leaveOpen: true)),
        Codec.Snappy => Snappy.CompressToArray(data),
        Codec.Lz4 => WriteAll(data, to => LZ4Stream.Encode(to, leaveOpen: true)),
        _ => WriteAll(data, to => new CompressionStream(to)),
    };

    private static byte[] Unsnap(ReadOnlySpan<byte> data) =>
        Snappy.GetUncompressedLength(data) <= DecompressedBytesMax ? Snappy.DecompressToArray(data) : [];

    private static byte[] UnframeSnappy(ReadOnlySpan<byte> data)
    {
        using var output = new MemoryStream();
        data = data[16..];
        while (data.Length >= 4)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(data);
            if (length < 0 || length > data.Length - 4) break;
            output.Write(Unsnap(data.Slice(4, length)));
            if (output.Length > DecompressedBytesMax) break;
            data = data[(4 + length)..];
        }

        return output.ToArray();
    }

    private static ReadOnlyMemory<byte> ReadAll(Stream compressed)
    {
        using (compressed)
        {
            var output = new MemoryStream();
            var chunk = new byte[64 * 1024];
            int read;
            while ((read = compressed.Read(chunk)) > 0 && output.Length < DecompressedBytesMax) output.Write(chunk, 0, read);
            return output.GetBuffer().AsMemory(0, (int)output.Length);
        }
    }

    private static byte[] WriteAll(ReadOnlySpan<byte> data, Func<Stream, Stream> compress)
    {
        using var output = new MemoryStream();
        using (Stream stream = compress(output)) stream.Write(data);
        return output.ToArray();
    }
}
