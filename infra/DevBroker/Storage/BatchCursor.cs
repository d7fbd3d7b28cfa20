using System.Buffers;
using DevBroker.Protocol;
using Microsoft.Win32.SafeHandles;

namespace DevBroker.Storage;

/// <summary>
/// Walks the batches of a segment file. Reads headers through a small window; the batches' bodies are read only if asked for.
/// </summary>
/// <remarks>Stops before the first bytes that are no whole, plausible batch. Not thread-safe.</remarks>
internal sealed class BatchCursor(SafeFileHandle file, long position, long limit, int windowBytes = 32 * 1024) : IDisposable
{
    private byte[] _window = ArrayPool<byte>.Shared.Rent(windowBytes);
    private long _windowStart;
    private int _windowLength;
    private long _next = position;

    /// <summary>Where the current batch starts in the file.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Where the current batch ends in the file.</summary>
    public long End => _next;

    public RecordBatch Current { get; private set; }

    public bool MoveNext()
    {
        Position = _next;
        if (limit - _next < RecordBatch.HeaderBytes || !Cover(_next, RecordBatch.HeaderBytes)) return false;
        RecordBatch batch = RecordBatch.Read(_window.AsSpan((int)(_next - _windowStart)));
        if (!batch.IsPlausible || batch.SizeBytes > limit - _next) return false;
        Current = batch;
        _next += batch.SizeBytes;
        return true;
    }

    /// <summary>The whole current batch; valid until the next call. Empty when the file turns out to be shorter.</summary>
    public Span<byte> Body() =>
        Cover(Position, Current.SizeBytes) ? _window.AsSpan((int)(Position - _windowStart), Current.SizeBytes) : [];

    public void Dispose()
    {
        if (_window.Length > 0) ArrayPool<byte>.Shared.Return(_window);
        _window = [];
    }

    private bool Cover(long from, int count)
    {
        if (from >= _windowStart && from + count <= _windowStart + _windowLength) return true;
        if (count > _window.Length)
        {
            ArrayPool<byte>.Shared.Return(_window);
            _window = ArrayPool<byte>.Shared.Rent(count);
        }

        _windowStart = from;
        _windowLength = 0;
        int wanted = (int)Math.Min(_window.Length, limit - from);
        while (_windowLength < wanted)
        {
            int read = RandomAccess.Read(file, _window.AsSpan(_windowLength, wanted - _windowLength), from + _windowLength);
            if (read == 0) break;
            _windowLength += read;
        }

        return _windowLength >= count;
    }
}
