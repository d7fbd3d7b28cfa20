using System.Collections.Immutable;

namespace Pipeline.Archive.Stores;

/// <summary>
/// An archive in a directory. A file is written beside its place, flushed to the disk and renamed, and then the directory is flushed: a
/// name is there after a power failure when the call that made it has returned.
/// </summary>
public sealed class DirectoryStore : IArchiveStore
{
    private const string ScratchName = ".incoming", LockName = ".lock";
    private readonly string _root;

    public DirectoryStore(string root)
    {
        _root = Path.GetFullPath(root);
        Scratch = Path.Combine(_root, ScratchName);
    }

    public string Location => _root;

    public string Scratch { get; }

    public IDisposable? TryLock()
    {
        Directory.CreateDirectory(Scratch);
        try
        {
            return new FileStream(Path.Combine(_root, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public Task<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancellation)
    {
        if (!Directory.Exists(_root)) return Task.FromResult(ImmutableArray<string>.Empty);
        IEnumerable<string> names = Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_root, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(name => name[0] != '.' && name.StartsWith(prefix, StringComparison.Ordinal));
        return Task.FromResult(names.Order(StringComparer.Ordinal).ToImmutableArray());
    }

    public Task<Stream> OpenAsync(string name, long from, CancellationToken cancellation)
    {
        try
        {
            var file = new FileStream(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 128 * 1024);
            file.Position = from;
            return Task.FromResult<Stream>(file);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new FileNotFoundException(e.Message, e);
        }
    }

    public Task PutAsync(string name, string file, CancellationToken cancellation)
    {
        string place = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Move(file, place, overwrite: true);
        FlushNames(place);
        return Task.CompletedTask;
    }

    public async Task<bool> TryCreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        string place = PathOf(name);
        if (File.Exists(place)) return false;
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        Directory.CreateDirectory(Scratch);
        string written = Path.Combine(Scratch, Guid.NewGuid().ToString("N"));
        await using (var file = new FileStream(written, FileMode.CreateNew, FileAccess.Write))
        {
            await file.WriteAsync(content, cancellation);
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(written, place, overwrite: false);
            FlushNames(place);
            return true;
        }
        catch (IOException) when (File.Exists(place))
        {
            File.Delete(written);
            return false;
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellation)
    {
        string place = PathOf(name);
        if (File.Exists(place)) File.Delete(place);
        return Task.CompletedTask;
    }

    /// <summary>A name is kept by its directory, and that one's by its own, up to the archive's.</summary>
    private void FlushNames(string place)
    {
        for (string? directory = Path.GetDirectoryName(place); directory is not null && directory.Length >= _root.Length;
            directory = Path.GetDirectoryName(directory))
            DirectoryFlush.Flush(directory);
    }

    private string PathOf(string name) => Path.Combine(_root, name);
}
