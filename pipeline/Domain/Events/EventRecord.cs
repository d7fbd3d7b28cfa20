namespace Pipeline.Domain.Events;

/// <summary>The common head of an event in a batch. <see cref="Index"/> is the position of its details in the batch's list for its kind.</summary>
public readonly record struct EventRecord(EventKind Kind, long BootNs, short Cpu, int Task, int Index)
{
    /// <summary>Value of <see cref="Task"/> for events that no thread caused (a container engine's report, a heartbeat).</summary>
    public const int NoTask = -1;
}
