using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Archive.Manifests;
using Pipeline.Schemas.Binary;

namespace Pipeline.Archive.Files;

/// <summary>
/// Writes an Avro object container file (specification 1.12, "Object container files"): a header with the schema, then packed blocks, each
/// followed by the file's sync marker. Not thread-safe.
/// </summary>
internal sealed class ContainerFileWriter : IDisposable
{
    public const int SyncBytes = 16;

    private readonly Stream _output;
    private readonly int _blockBytes;
    private readonly BlockPacker _packer;
    private readonly byte[] _sync;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _block = new();
    private readonly long _headerBytes;
    private readonly ImmutableArray<BlockEntry>.Builder _blocks = ImmutableArray.CreateBuilder<BlockEntry>();
    private long _firstOffset;
    private int _records;

    /// <param name="name">Makes the sync marker: the same segment written again is the same file.</param>
    public ContainerFileWriter(Stream output, ArchiveOptions options, string name, IReadOnlyDictionary<string, string> metadata)
    {
        _output = output;
        _blockBytes = options.BlockBytes;
        _packer = new BlockPacker(options.Packing);
        _sync = SHA256.HashData(Encoding.UTF8.GetBytes(name))[..SyncBytes];
        WriteHeader(metadata);
        _headerBytes = Bytes;
    }

    /// <summary>Bytes of the file so far, without the open block.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes of its closed blocks.</summary>
    public long BlocksBytes => Bytes - _headerBytes;

    public ImmutableArray<BlockEntry> Blocks => _blocks.ToImmutable();

    public void Add(RawRecord record, bool isBatch)
    {
        if (_records == 0) _firstOffset = record.Offset;
        RecordFormat.Write(record, isBatch, _block);
        _records++;
        if (_block.WrittenCount >= _blockBytes) CloseBlock();
    }

    /// <summary>Closes the file.</summary>
    /// <returns>SHA-256 of all of it, lower-case hex.</returns>
    public string Finish()
    {
        CloseBlock();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose()
    {
        _packer.Dispose();
        _hash.Dispose();
    }

    private void WriteHeader(IReadOnlyDictionary<string, string> metadata)
    {
        var header = new ArrayBufferWriter<byte>();
        header.Write("Obj\x01"u8);
        var writer = new AvroWriter(header);
        writer.BeginItems(metadata.Count + 2);
        foreach ((string key, string value) in metadata.Append(new("avro.schema", RecordFormat.Schema))
            .Append(new("avro.codec", _packer.Name)))
        {
            writer.String(key);
            writer.Bytes(Encoding.UTF8.GetBytes(value));
        }

        writer.EndItems();
        writer.Raw(_sync);
        writer.Flush();
        Put(header.WrittenSpan);
    }

    private void CloseBlock()
    {
        if (_records == 0) return;
        byte[] packed = _packer.Pack(_block.WrittenSpan);
        var head = new ArrayBufferWriter<byte>();
        var writer = new AvroWriter(head);
        writer.Long(_records);
        writer.Long(packed.Length);
        writer.Flush();
        long at = Bytes;
        Put(head.WrittenSpan);
        Put(packed);
        Put(_sync);
        _blocks.Add(new BlockEntry(at, Bytes - at, _records, _firstOffset, Convert.ToHexStringLower(SHA256.HashData(packed))));
        _records = 0;
        _block.ResetWrittenCount();
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _hash.AppendData(bytes);
        Bytes += bytes.Length;
    }
}
