namespace Pipeline.Domain.Kernel.Mounts;

/// <summary>Absolute paths by their components.</summary>
internal static class MountPath
{
    /// <summary>Whether a path is the directory itself or lies below it.</summary>
    public static bool Covers(string directory, string path) =>
        directory.Length > 0 && path.StartsWith(directory, StringComparison.Ordinal)
        && (path.Length == directory.Length || directory[^1] == '/' || path[directory.Length] == '/');

    /// <summary>What is left of a covered path, without a leading slash; empty for the directory itself.</summary>
    public static string Below(string directory, string path) => path[directory.Length..].TrimStart('/');

    public static string Join(string directory, string below) =>
        below.Length == 0 ? directory
        : directory.Length > 0 && directory[^1] == '/' ? directory + below
        : $"{directory}/{below}";

    /// <summary>
    /// Resolves what can be resolved without a file system: repeated slashes, "." and "..". Symbolic links stay what they are.
    /// </summary>
    public static string Clean(string path)
    {
        if (!path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal) && !path.EndsWith('/')) return path;
        var parts = new List<string>();
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    /// <summary>/var/run has been a link to /run on every distribution for a decade; mount tables show /run, descriptions what was typed.</summary>
    public static string OfHost(string source)
    {
        string clean = Clean(source);
        return Covers("/var/run", clean) ? clean["/var".Length..] : clean;
    }
}
