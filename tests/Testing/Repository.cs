namespace Testing;

/// <summary>Where the checkout and the optional third-party inputs are.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The fixtures beside the repository, or where PIPELINE_FIXTURES points; null when there are none.</summary>
    public static string? Fixtures { get; } = FindFixtures();

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Pipeline.sln"))) return at.FullName;
        }

        throw new DirectoryNotFoundException($"No Pipeline.sln above {AppContext.BaseDirectory}");
    }

    private static string? FindFixtures()
    {
        string path = Environment.GetEnvironmentVariable("PIPELINE_FIXTURES") ?? Path.Combine(Root, "..", "shared", "fixtures");
        return Directory.Exists(path) ? Path.GetFullPath(path) : null;
    }
}
