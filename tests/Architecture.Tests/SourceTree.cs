using Testing;

namespace Architecture.Tests;

/// <summary>The files of the checkout, without what builds make.</summary>
internal static class SourceTree
{
    private static readonly string[] NotOurs = ["bin", "obj", ".git", ".vs", "node_modules", "TestResults"];

    public static IEnumerable<string> Files(string ending) =>
        Under(new DirectoryInfo(Repository.Root)).Where(path => path.EndsWith(ending, StringComparison.Ordinal));

    /// <summary>Path from the root of the checkout, with slashes.</summary>
    public static string Name(string path) => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');

    private static IEnumerable<string> Under(DirectoryInfo directory)
    {
        foreach (FileSystemInfo entry in directory.EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is not null) continue;
            if (entry is FileInfo) yield return entry.FullName;
            else if (!NotOurs.Contains(entry.Name))
            {
                foreach (string path in Under((DirectoryInfo)entry)) yield return path;
            }
        }
    }
}
