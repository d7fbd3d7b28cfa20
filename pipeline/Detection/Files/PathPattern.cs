using Pipeline.Detection.Matching;

namespace Pipeline.Detection.Files;

/// <summary>
/// An absolute path whose names may hold "*" for any characters of one name ("/etc/cron.*", "/home/*/.ssh"). Compared name by name, byte
/// for byte: "/etc/passwd" is neither "/etc/passwd2" nor "/etc/Passwd".
/// </summary>
public sealed class PathPattern
{
    private readonly string[] _names;

    public PathPattern(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        Text = pattern;
        _names = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }

    public string Text { get; }

    /// <summary>Whether the path is what the pattern names.</summary>
    public bool Is(string path) => Match(path) == 0;

    /// <summary>Whether the path is what the pattern names or lies below it.</summary>
    public bool Covers(string path) => Match(path) >= 0;

    /// <summary>Whether the path lies directly in what the pattern names.</summary>
    public bool Holds(string path) => Match(path) == 1;

    /// <summary>Whether what the pattern names lies below the path, so that who has the path has that too.</summary>
    public bool IsBelow(string path)
    {
        int matched = 0;
        foreach (Range name in path.AsSpan().Split('/'))
        {
            if (path.AsSpan(name).IsEmpty) continue;
            if (matched == _names.Length || !Wildcard.Matches(path.AsSpan(name), _names[matched])) return false;
            matched++;
        }

        return matched < _names.Length;
    }

    /// <returns>How many names deep the path lies below what the pattern names; -1 when it does not.</returns>
    private int Match(string path)
    {
        int at = 0;
        foreach (Range name in path.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> part = path.AsSpan(name);
            if (part.IsEmpty) continue;
            if (at < _names.Length && !Wildcard.Matches(part, _names[at])) return -1;
            at++;
        }

        return at >= _names.Length ? at - _names.Length : -1;
    }
}
