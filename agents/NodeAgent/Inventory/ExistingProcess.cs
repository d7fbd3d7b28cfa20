using Agents.NodeAgent.Sources;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Inventory;

/// <summary>A process that was running when the agent looked, as an event.</summary>
internal sealed record ExistingProcess : IComposedEvent
{
    private const int FixedWeight = 256;

    /// <summary>Who it is; its texts are empty and come from the properties below.</summary>
    public required TaskRecord Task { get; init; }

    public required byte[] Comm { get; init; }

    public required byte[] ExePath { get; init; }

    /// <summary>Each ended by NUL; redacted and bounded.</summary>
    public required byte[] Arguments { get; init; }

    public bool ArgumentsTruncated { get; init; }

    public required byte[] WorkingDirectory { get; init; }

    public required string ContainerId { get; init; }

    public required string CgroupPath { get; init; }

    public FileReference Executable { get; init; }

    public int StandardStreams { get; init; }

    public int Weight => FixedWeight + ExePath.Length + Arguments.Length + WorkingDirectory.Length + CgroupPath.Length;

    public void AddTo(EventBatch batch, long bootNs)
    {
        TaskRecord task = Task;
        task.Comm = batch.AddText(Comm);
        task.ExePath = batch.AddText(ExePath);
        task.ContainerId = batch.AddText(ContainerId);
        task.CgroupPath = batch.AddText(CgroupPath);
        batch.AddProcess(bootNs, cpu: 0, batch.AddTask(in task), new ProcessRecord
        {
            Action = ProcessAction.Existing,
            Arguments = batch.AddText(Arguments),
            ArgumentsTruncated = ArgumentsTruncated,
            WorkingDirectory = batch.AddText(WorkingDirectory),
            Executable = Executable,
            StandardStreams = StandardStreams,
        });
    }
}
