namespace Pipeline.Detection.AbnormalStartup;

/// <summary>Paths on the host's side of a mount, compared as the kernel would resolve them.</summary>
internal static class HostPath
{
    /// <summary>
    /// Absolute, without "." and "..", doubled or trailing slashes; null for what is no absolute path (a volume's name). /proc/N/root is
    /// the root again, and /var/run is the symbolic link to /run that every distribution has.
    /// </summary>
    public static string? Normalise(string path)
    {
        if (!path.StartsWith('/')) return null;
        var kept = new List<string>();
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == ".") continue;
            if (name != "..") kept.Add(name);
            else if (kept.Count > 0) kept.RemoveAt(kept.Count - 1);
        }

        while (kept is ["proc", _, "root", ..]) kept.RemoveRange(0, 3);
        if (kept is ["var", "run", ..]) kept.RemoveAt(0);
        return "/" + string.Join('/', kept);
    }

    /// <summary>Both normalised: <paramref name="path"/> is <paramref name="directory"/> or lies in it.</summary>
    public static bool IsAtOrBelow(string path, string directory) =>
        directory == "/" || path == directory
        || (path.Length > directory.Length && path[directory.Length] == '/' && path.StartsWith(directory, StringComparison.Ordinal));

    /// <summary>
    /// True when a mount of <paramref name="source"/> shows what is at <paramref name="guarded"/>: it is there, below or above it.
    /// </summary>
    public static bool Exposes(string source, string guarded)
    {
        string real = Normalise(guarded) ?? guarded;

        // The ancestors of /var/run count under both of its names.
        return IsAtOrBelow(source, real) || IsAtOrBelow(real, source) || IsAtOrBelow(guarded, source);
    }

    /// <summary>"*" in a pattern stands for one name; as its last name for one or more.</summary>
    public static bool Matches(string path, string pattern)
    {
        string[] names = path.Split('/');
        string[] wanted = (Normalise(pattern) ?? pattern).Split('/');
        bool open = wanted[^1] == "*";
        if (open ? names.Length < wanted.Length : names.Length != wanted.Length) return false;
        for (int i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] != "*" && wanted[i] != names[i]) return false;
        }

        return true;
    }
}
