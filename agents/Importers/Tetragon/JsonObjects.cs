using System.Buffers;

namespace Agents.Importers.Tetragon;

/// <summary>
/// JSON objects that follow each other, one a line, or spread over several lines that are indented. A line that begins with a brace begins
/// an object, so one that was torn does not take the next with it. Not thread-safe.
/// </summary>
internal sealed class JsonObjects(LineReader lines, RecordingReport report)
{
    private readonly ArrayBufferWriter<byte> _object = new();
    private int _depth;
    private long _offset;
    private bool _skipping;

    /// <summary>Where the object of the last read begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Reads one line.</summary>
    /// <param name="json">An object that the line ended; empty when it ended none.</param>
    /// <returns>False at the end.</returns>
    public bool TryReadLine(out ReadOnlyMemory<byte> json)
    {
        json = default;
        if (!lines.TryRead(out ReadOnlyMemory<byte> line))
        {
            if (_object.WrittenCount > 0) report.Damaged(_offset, "the file ends within an object");
            _object.ResetWrittenCount();
            return false;
        }

        if (lines.TooLong)
        {
            Drop(lines.LineOffset, $"a line is longer than {LineReader.Most} bytes");
            return true;
        }

        ReadOnlySpan<byte> text = line.Span.Trim(" \t\r"u8);
        if (text.IsEmpty) return true;
        bool begins = line.Span[0] == (byte)'{';
        if (begins && _object.WrittenCount > 0) Drop(_offset, "an object is not closed");
        if (_object.WrittenCount == 0 && text[0] != (byte)'{')
        {
            if (!_skipping) report.Damaged(lines.LineOffset, "this is no JSON object");
            _skipping = true;
            return true;
        }

        _skipping = false;
        if (_object.WrittenCount == 0) _offset = lines.LineOffset;
        json = Append(text);
        return true;
    }

    private ReadOnlyMemory<byte> Append(ReadOnlySpan<byte> text)
    {
        if (_object.WrittenCount + text.Length > LineReader.Most)
        {
            Drop(_offset, $"an object is longer than {LineReader.Most} bytes");
            _skipping = true;
            return default;
        }

        if (_object.WrittenCount == 0) _depth = 0;
        _object.Write(text);
        _object.Write("\n"u8);
        _depth += Balance(text);
        if (_depth > 0) return default;
        Offset = _offset;
        byte[] whole = _object.WrittenSpan.ToArray();
        _object.ResetWrittenCount();
        return whole;
    }

    private void Drop(long offset, string reason)
    {
        report.Damaged(offset, reason);
        _object.ResetWrittenCount();
    }

    /// <summary>Braces opened less braces closed, outside of strings. A string does not go on on the next line.</summary>
    private static int Balance(ReadOnlySpan<byte> line)
    {
        int balance = 0;
        bool inText = false;
        for (int i = 0; i < line.Length; i++)
        {
            byte b = line[i];
            if (inText && b == (byte)'\\') i++;
            else if (b == (byte)'"') inText = !inText;
            else if (!inText && b == (byte)'{') balance++;
            else if (!inText && b == (byte)'}') balance--;
        }

        return balance;
    }
}
