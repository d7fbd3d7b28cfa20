namespace NodeAgent.Tests;

/// <summary>A directory of a test's own; its path is short enough for a unix socket's (108 bytes, unix(7)).</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("na-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
