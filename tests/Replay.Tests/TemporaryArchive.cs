using Pipeline.Archive.Stores;

namespace Replay.Tests;

/// <summary>An archive in a directory of the test's own.</summary>
internal sealed class TemporaryArchive : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("archive-").FullName;

    public DirectoryStore Store => new(Root);

    public string PathOf(string name) => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
