using Agents.NodeAgent.Sources;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Files;

/// <summary>Announces the containers that files describe, each as created and started, in the files' order; then it is exhausted.</summary>
internal sealed class FileSource(IReadOnlyList<string> paths, ILogger logger) : IEventSource
{
    private const int StartedWeight = 256;

    private volatile SourceState _state = new("file", SourceStates.Connected, "reading");

    public SourceState State => _state;

    /// <summary>Parts of files that could not be read; complete when <see cref="RunAsync"/> has ended.</summary>
    public int Unreadable { get; private set; }

    public async Task RunAsync(IEventSink sink, CancellationToken cancellation)
    {
        int containers = 0;
        foreach (string file in paths.SelectMany(DescriptionFiles.Find))
        {
            DescriptionFile content = DescriptionFiles.Read(file);
            foreach (UnreadablePart part in content.Unreadable)
                Log.DescriptionUnreadable(logger, part.File, part.Document, part.Place, part.Reason);
            Unreadable += content.Unreadable.Count;
            foreach (DescribedContainer container in content.Containers) await AnnounceAsync(container, sink, cancellation);
            containers += content.Containers.Count;
        }

        Log.FilesRead(logger, containers, Unreadable);
        _state = new SourceState("file", SourceStates.Connected, $"{containers} containers read, {Unreadable} parts unreadable");
    }

    private static async Task AnnounceAsync(DescribedContainer container, IEventSink sink, CancellationToken cancellation)
    {
        var created = new ContainerRecord
        {
            Action = ContainerAction.Created,
            ContainerId = container.ContainerId,
            Runtime = "file",
            Spec = container.Description.Spec,
        };
        await sink.TakeWhenRoomAsync(created, container.Weight, cancellation);
        await sink.TakeWhenRoomAsync(created with { Action = ContainerAction.Started, Running = true, Spec = null }, StartedWeight,
            cancellation);
    }
}
