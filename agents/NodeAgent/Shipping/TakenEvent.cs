using Agents.NodeAgent.Sources;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Shipping;

/// <summary>An event with its number, on its way to the log.</summary>
/// <param name="BootNs">CLOCK_BOOTTIME at which the agent took it.</param>
/// <param name="Weight">Rough size in bytes, in memory and in the log.</param>
internal readonly record struct TakenEvent(long Sequence, long BootNs, int Weight, EventContent Content);

/// <summary>What an event says; the cases are the kinds that this agent's sources have.</summary>
internal abstract record EventContent
{
    private EventContent()
    {
    }

    public abstract EventKind Kind { get; }

    /// <summary>Adds the event as the batch's next.</summary>
    public abstract void AddTo(EventBatch batch, long bootNs);

    public sealed record Container(ContainerRecord Record) : EventContent
    {
        public override EventKind Kind => EventKind.Container;

        public override void AddTo(EventBatch batch, long bootNs) => batch.AddContainer(bootNs, Record);
    }

    public sealed record Composed(IComposedEvent Event) : EventContent
    {
        public override EventKind Kind => Event.Kind;

        public override void AddTo(EventBatch batch, long bootNs) => Event.AddTo(batch, bootNs);
    }

    public sealed record Heartbeat(HeartbeatRecord Record) : EventContent
    {
        public override EventKind Kind => EventKind.Heartbeat;

        public override void AddTo(EventBatch batch, long bootNs) => batch.AddHeartbeat(bootNs, Record);
    }

    public sealed record Loss(LostRange Range) : EventContent
    {
        public override EventKind Kind => EventKind.Loss;

        public override void AddTo(EventBatch batch, long bootNs) =>
            batch.AddLoss(bootNs, new LossRecord { Cause = Range.Cause, Count = Range.Count, FirstSequence = Range.First, LastSequence = Range.Last });
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
