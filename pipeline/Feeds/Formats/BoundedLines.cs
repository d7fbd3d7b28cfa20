using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Pipeline.Feeds.Formats;

/// <summary>Lines of a text with their numbers; a line without end in a file that is no text does not fill the memory.</summary>
internal sealed class BoundedLines(TextReader text)
{
    /// <summary>Far longer than any line of a feed; the rest of a longer one is passed over.</summary>
    public const int Longest = 64 * 1024;

    private readonly StringBuilder _line = new();

    /// <summary>Number of the last line, from 1.</summary>
    public int Number { get; private set; }

    public bool TryNext([NotNullWhen(true)] out string? line)
    {
        _line.Clear();
        line = null;
        int c = text.Read();
        if (c < 0) return false;
        for (; c >= 0 && c != '\n'; c = text.Read())
        {
            if (_line.Length < Longest) _line.Append((char)c);
        }

        Number++;
        line = _line.ToString().TrimEnd('\r');
        return true;
    }
}
