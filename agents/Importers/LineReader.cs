namespace Agents.Importers;

/// <summary>
/// Lines of a text through a buffer of bounded size. A line that is longer than the bound is passed over and shows as <see
/// cref="TooLong"/>. Not thread-safe.
/// </summary>
internal sealed class LineReader(Stream stream)
{
    /// <summary>Bytes of one line. The audit daemon's longest are some 9,000, Tetragon's some 100,000.</summary>
    public const int Most = 1024 * 1024;

    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private bool _ended;
    private bool _tooLong;

    /// <summary>Where the line of the last read began.</summary>
    public long LineOffset { get; private set; }

    /// <summary>Where the next line begins.</summary>
    public long Offset { get; private set; }

    /// <summary>The last read passed over a line that is too long.</summary>
    public bool TooLong { get; private set; }

    /// <summary>The last read gave a line that no line feed ends: the end of the file, which may be in the middle of it.</summary>
    public bool IsLast { get; private set; }

    /// <param name="line">Without its line feed; valid until the next read.</param>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        LineOffset = Offset;
        int searched = 0;
        while (true)
        {
            int feed = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (feed >= 0) return Take(searched + feed, 1, out line);
            searched = _end - _start;
            if (searched >= Most)
            {
                // What has been read of it is of no use; only its end is looked for.
                Offset += searched;
                _start = _end = searched = 0;
                _tooLong = true;
            }

            if (_ended || !Fill())
            {
                _ended = true;
                if (searched > 0 || _tooLong) return Take(searched, 0, out line);
                line = default;
                return false;
            }
        }
    }

    private bool Take(int length, int feed, out ReadOnlyMemory<byte> line)
    {
        TooLong = _tooLong || length > Most;
        IsLast = feed == 0;
        line = TooLong ? default : _buffer.AsMemory(_start, length);
        _start += length + feed;
        Offset += length + feed;
        _tooLong = false;
        return true;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, Most + 64 * 1024));
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
