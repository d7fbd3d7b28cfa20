using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Importing;

/// <summary>Where the messages of an import go, in order within each node. Not thread-safe.</summary>
internal interface IImportTarget : IAsyncDisposable
{
    /// <summary>Takes a message; waits while too many are on their way.</summary>
    /// <exception cref="ImportStoppedException">Nothing can be stored.</exception>
    Task SendAsync(NodeId node, OutgoingBatch message, CancellationToken cancellation);

    /// <summary>Waits until all that was sent is stored.</summary>
    /// <exception cref="ImportStoppedException">Not everything could be stored.</exception>
    Task CompleteAsync(CancellationToken cancellation);
}

/// <summary>The target takes no more; the message says why, for people.</summary>
internal sealed class ImportStoppedException(string message) : Exception(message);
