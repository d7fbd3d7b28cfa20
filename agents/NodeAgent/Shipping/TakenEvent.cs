using Agents.NodeAgent.Kernel.Events;
using Agents.NodeAgent.Sources;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Shipping;

/// <summary>An event with its number, on its way to the log.</summary>
/// <param name="BootNs">CLOCK_BOOTTIME at which it happened, as far as the source knows; else at which the agent took it.</param>
/// <param name="Weight">Rough size in bytes, in memory and in the log.</param>
/// <param name="Position">Where in its pack the event is; 0 for other contents.</param>
internal readonly record struct TakenEvent(long Sequence, long BootNs, int Weight, EventContent Content, int Position = 0);

/// <summary>What an event says; the cases are the kinds that this agent's sources have.</summary>
internal abstract record EventContent
{
    private EventContent()
    {
    }

    /// <summary>Adds the event as the batch's next.</summary>
    /// <param name="tasks">The task snapshots that the batch has already.</param>
    /// <param name="taken">The event whose content this is.</param>
    public abstract void AddTo(EventBatch batch, TaskSnapshots tasks, in TakenEvent taken);

    public sealed record Container(ContainerRecord Record) : EventContent
    {
        public override void AddTo(EventBatch batch, TaskSnapshots tasks, in TakenEvent taken) => batch.AddContainer(taken.BootNs, Record);
    }

    public sealed record Composed(IComposedEvent Event) : EventContent
    {
        public override void AddTo(EventBatch batch, TaskSnapshots tasks, in TakenEvent taken) => Event.AddTo(batch, taken.BootNs);
    }

    public sealed record Heartbeat(HeartbeatRecord Record) : EventContent
    {
        public override void AddTo(EventBatch batch, TaskSnapshots tasks, in TakenEvent taken) => batch.AddHeartbeat(taken.BootNs, Record);
    }

    public sealed record Packed(IPackedEvents Events) : EventContent
    {
        public override void AddTo(EventBatch batch, TaskSnapshots tasks, in TakenEvent taken) => Events.AddTo(batch, tasks,
            taken.BootNs, taken.Position);
    }

    public sealed record Loss(LostRange Range) : EventContent
    {
        public override void AddTo(EventBatch batch, TaskSnapshots tasks, in TakenEvent taken) =>
            batch.AddLoss(taken.BootNs, new LossRecord
            {
                Cause = Range.Cause,
                Count = Range.Count,
                FirstSequence = Range.First,
                LastSequence = Range.Last
            });
    }
}

/// <summary>Events known to be lost.</summary>
/// <param name="Count">How many; 0 when nobody knows.</param>
/// <param name="First">Number of the first when they had been numbered; 0 otherwise.</param>
/// <param name="Last">Number of the last, likewise.</param>
internal readonly record struct LostRange(LossCause Cause, long Count, long First, long Last)
{
    public bool IsNumbered => Last > 0;
}
