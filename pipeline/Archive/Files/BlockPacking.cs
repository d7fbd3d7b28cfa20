using System.Buffers;
using System.IO.Compression;
using ZstdSharp;

namespace Pipeline.Archive.Files;

/// <summary>How the blocks of an object container file are packed.</summary>
public enum BlockPacking
{
    /// <summary>Avro's codec "zstandard".</summary>
    Zstandard = 0,

    /// <summary>Avro's codec "deflate": RFC 1951, without a header. Every Avro library knows it.</summary>
    Deflate = 1,
}

/// <summary>Packs and unpacks blocks. Not thread-safe.</summary>
internal sealed class BlockPacker(BlockPacking packing) : IDisposable
{
    /// <summary>No block of ours is larger; a damaged length must not make us allocate more.</summary>
    public const int LargestBlock = 256 * 1024 * 1024;

    /// <summary>The library's own default: above it packing costs more than the detectors do.</summary>
    private const int Level = 3;

    private readonly Compressor _compressor = new(Level);
    private readonly Decompressor _decompressor = new();

    public string Name => NameOf(packing);

    public static string NameOf(BlockPacking packing) => packing == BlockPacking.Zstandard ? "zstandard" : "deflate";

    /// <returns>Null when we cannot unpack it.</returns>
    public static BlockPacking? ByName(string name) => name switch
    {
        "zstandard" => BlockPacking.Zstandard,
        "deflate" => BlockPacking.Deflate,
        _ => null,
    };

    public byte[] Pack(ReadOnlySpan<byte> block)
    {
        if (packing == BlockPacking.Zstandard) return _compressor.Wrap(block).ToArray();
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(block);
        return packed.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not a packed block.</exception>
    public void Unpack(byte[] packed, int start, int length, ArrayBufferWriter<byte> into)
    {
        into.ResetWrittenCount();
        if (packing == BlockPacking.Zstandard) UnpackZstandard(packed.AsSpan(start, length), into);
        else UnpackDeflate(new MemoryStream(packed, start, length, writable: false), into);
    }

    public void Dispose()
    {
        _compressor.Dispose();
        _decompressor.Dispose();
    }

    private void UnpackZstandard(ReadOnlySpan<byte> packed, ArrayBufferWriter<byte> into)
    {
        try
        {
            ulong size = Decompressor.GetDecompressedSize(packed);
            if (size > LargestBlock) throw new InvalidDataException($"a block of {size} bytes");
            into.Advance(_decompressor.Unwrap(packed, into.GetSpan((int)Math.Max(1, size))));
        }
        catch (ZstdException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    private static void UnpackDeflate(MemoryStream packed, ArrayBufferWriter<byte> into)
    {
        using var deflate = new DeflateStream(packed, CompressionMode.Decompress);
        while (deflate.Read(into.GetSpan(64 * 1024)) is > 0 and var read)
        {
            into.Advance(read);
            if (into.WrittenCount > LargestBlock) throw new InvalidDataException($"a block of more than {LargestBlock} bytes");
        }
    }
}
