using System.Buffers;
using System.Security.Cryptography;
using Pipeline.Archive.Manifests;
using Pipeline.Schemas;
using Pipeline.Schemas.Binary;

namespace Pipeline.Archive.Files;

/// <summary>
/// Reads the records of a sealed segment in order, block by block; each block is held against its hash in the manifest before it is
/// unpacked. Not thread-safe.
/// </summary>
public sealed class SegmentReader : IDisposable
{
    private readonly Stream _file;
    private readonly SegmentManifest _segment;
    private readonly BlockPacker _packer;
    private readonly ArrayBufferWriter<byte> _block = new();
    private byte[] _packed = [];
    private int _next;
    private int _left;
    private int _position;

    private SegmentReader(Stream file, SegmentManifest segment, BlockPacking packing, int firstBlock)
    {
        _file = file;
        _segment = segment;
        _packer = new BlockPacker(packing);
        _next = firstBlock;
    }

    /// <param name="fromOffset">Records before it may be left out, as whole blocks.</param>
    /// <exception cref="ArchiveException">The file is missing or packed in a way that we do not know.</exception>
    public static async Task<SegmentReader> OpenAsync(
        Stores.IArchiveStore store, SegmentManifest segment, long fromOffset, CancellationToken cancellation)
    {
        BlockPacking packing = BlockPacker.ByName(segment.Codec)
            ?? throw new ArchiveException($"segment {segment.File} is packed by {segment.Codec}, which is not known here");
        int first = 0;
        while (first + 1 < segment.Blocks.Length && segment.Blocks[first + 1].FirstOffset <= fromOffset) first++;
        long at = segment.Blocks.IsEmpty ? 0 : segment.Blocks[first].At;
        try
        {
            return new SegmentReader(await store.OpenAsync(segment.Path, at, cancellation), segment, packing, first);
        }
        catch (FileNotFoundException)
        {
            throw new ArchiveException($"segment {segment.Path} (offsets {segment.FirstOffset}-{segment.NextOffset - 1}) is missing");
        }
    }

    /// <summary>Goes on to the next block.</summary>
    /// <returns>False at the end of the segment.</returns>
    /// <exception cref="ArchiveException">The file is cut short or damaged.</exception>
    public async ValueTask<bool> NextBlockAsync(CancellationToken cancellation)
    {
        if (_left > 0) throw new InvalidOperationException("records of the block before have not been read");
        if (_next == _segment.Blocks.Length) return false;
        BlockEntry block = _segment.Blocks[_next];
        if (_packed.Length < block.Length) _packed = new byte[block.Length];
        int read = await _file.ReadAtLeastAsync(_packed.AsMemory(0, (int)block.Length), (int)block.Length, throwOnEndOfStream: false,
            cancellation);
        if (read < block.Length) throw Broken(block, $"the file ends at byte {block.At + read}");
        if (FaultOf(_packed.AsSpan(0, read), block, out int start, out int length) is { } fault) throw Broken(block, fault);
        Unpack(block, start, length);
        _left = block.Records;
        _position = 0;
        _next++;
        return true;
    }

    /// <summary>The next record of the block.</summary>
    /// <returns>False at its end.</returns>
    public bool Next(out ArchivedRecord record)
    {
        record = default;
        if (_left == 0) return false;
        _left--;
        if (RecordFormat.TryRead(_block.WrittenMemory, ref _position, out record)) return true;
        throw Broken(_segment.Blocks[_next - 1], $"record {_segment.Blocks[_next - 1].Records - _left} of the block cannot be read");
    }

    public void Dispose()
    {
        _packer.Dispose();
        _file.Dispose();
    }

    /// <summary>What is wrong with the bytes of a block; null when they are what the manifest says.</summary>
    internal static string? FaultOf(ReadOnlySpan<byte> bytes, BlockEntry block, out int start, out int length)
    {
        var head = new AvroReader(bytes, 0, DecodeLimits.Default);
        long records = head.Long();
        long packed = head.Long();
        start = head.Position;
        length = (int)Math.Clamp(packed, 0, bytes.Length);
        if (head.Failed || records != block.Records) return $"its head says {records} records in place of {block.Records}";
        if (packed != bytes.Length - start - ContainerFileWriter.SyncBytes) return $"its head says {packed} bytes";
        return Convert.ToHexStringLower(SHA256.HashData(bytes.Slice(start, length))) == block.Sha256 ? null : "its SHA-256 is another one";
    }

    private void Unpack(BlockEntry block, int start, int length)
    {
        try
        {
            _packer.Unpack(_packed, start, length, _block);
        }
        catch (InvalidDataException e)
        {
            throw Broken(block, $"it cannot be unpacked: {e.Message}");
        }
    }

    private ArchiveException Broken(BlockEntry block, string fault) => new(
        $"segment {_segment.Path} is broken in bytes {block.At}-{block.At + block.Length - 1} (from offset {block.FirstOffset}): {fault}");
}
