using System.Buffers.Binary;
using System.IO.Compression;

namespace Agents.Importers.Scap;

/// <summary>
/// The bytes of a capture, in its byte order, through a buffer of fixed size; expands gzip. A read that the stream cannot fill gives false,
/// and so does every one after it. Not thread-safe.
/// </summary>
internal sealed class ScapInput : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Stream _stream;
    private readonly GZipStream? _expanding;
    private int _start;
    private int _end;

    public ScapInput(Stream stream)
    {
        _stream = stream;
        Fill();
        if (_end < 2 || _buffer[0] != 0x1F || _buffer[1] != 0x8B) return;
        _stream = _expanding = new GZipStream(new Rest(_buffer.AsMemory(0, _end).ToArray(), stream), CompressionMode.Decompress);
        _start = _end = 0;
    }

    /// <summary>Position in the (expanded) capture.</summary>
    public long Offset { get; private set; }

    public bool BigEndian { get; set; }

    /// <summary>Why the stream gave no more; null at its proper end.</summary>
    public string? Fault { get; private set; }

    /// <summary>True when no byte is left.</summary>
    public bool AtEnd => _start == _end && !Fill();

    public bool TryRead(Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            if (_start == _end && !Fill()) return false;
            int take = Math.Min(target.Length, _end - _start);
            _buffer.AsSpan(_start, take).CopyTo(target);
            Advance(take);
            target = target[take..];
        }

        return true;
    }

    public bool TrySkip(long count)
    {
        while (count > 0)
        {
            if (_start == _end && !Fill()) return false;
            int take = (int)Math.Min(count, _end - _start);
            Advance(take);
            count -= take;
        }

        return true;
    }

    public bool TryRead(out uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        bool read = TryRead(bytes);
        value = UInt32(bytes);
        return read;
    }

    public ushort UInt16(ReadOnlySpan<byte> at) =>
        BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);

    public uint UInt32(ReadOnlySpan<byte> at) =>
        BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);

    public long Int64(ReadOnlySpan<byte> at) =>
        BigEndian ? BinaryPrimitives.ReadInt64BigEndian(at) : BinaryPrimitives.ReadInt64LittleEndian(at);

    /// <summary>The stream that was given stays open.</summary>
    public void Dispose() => _expanding?.Dispose();

    private void Advance(int count)
    {
        _start += count;
        Offset += count;
    }

    private bool Fill()
    {
        if (Fault is not null) return false;
        try
        {
            _start = 0;
            _end = _stream.Read(_buffer);
            return _end > 0;
        }
        catch (InvalidDataException fault)
        {
            _end = 0;
            Fault = $"the compression is damaged: {fault.Message}";
            return false;
        }
    }

    /// <summary>What was read of a stream, and then what is left of it.</summary>
    private sealed class Rest(byte[] read, Stream stream) : Stream
    {
        private int _given;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (_given == read.Length) return stream.Read(buffer);
            int take = Math.Min(buffer.Length, read.Length - _given);
            read.AsSpan(_given, take).CopyTo(buffer);
            _given += take;
            return take;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
