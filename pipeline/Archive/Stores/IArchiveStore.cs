using System.Collections.Immutable;

namespace Pipeline.Archive.Stores;

/// <summary>
/// Where an archive lies: a flat space of names with "/" in them. What a call has returned from is durable. Thread-safe. Failures of the
/// store are <see cref="IOException"/>.
/// </summary>
public interface IArchiveStore
{
    /// <summary>For people.</summary>
    string Location { get; }

    /// <summary>A local directory for files that are being written; what is in it may go at any time after a crash.</summary>
    string Scratch { get; }

    /// <summary>Takes the archive for writing, until it is disposed of.</summary>
    /// <returns>Null when another process of this machine has it. A store that cannot lock gives a lock that holds nobody off.</returns>
    IDisposable? TryLock();

    /// <summary>Names that begin with a prefix, ascending in ordinal order.</summary>
    Task<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancellation);

    /// <param name="from">First byte that is wanted.</param>
    /// <exception cref="FileNotFoundException">There is no such name.</exception>
    Task<Stream> OpenAsync(string name, long from, CancellationToken cancellation);

    /// <summary>Puts a finished file of <see cref="Scratch"/> under a name; the file is gone then.</summary>
    Task PutAsync(string name, string file, CancellationToken cancellation);

    /// <summary>Makes a small document, whole or not at all.</summary>
    /// <returns>False when the name is taken.</returns>
    Task<bool> TryCreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>Nothing happens when there is no such name.</summary>
    Task DeleteAsync(string name, CancellationToken cancellation);
}
