using Agents.NodeAgent.Kernel.Events;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Shipping;

/// <summary>Many events in one piece of memory, so that an event is a position and costs no object of its own. Safe for any number of
/// readers.</summary>
internal interface IPackedEvents
{
    /// <summary>Adds the event at <paramref name="position"/> as the batch's next.</summary>
    void AddTo(EventBatch batch, TaskSnapshots tasks, long bootNs, int position);
}

/// <summary>An event of a pack, before it has a number.</summary>
/// <param name="BootNs">CLOCK_BOOTTIME at which it happened.</param>
/// <param name="Weight">Rough size in bytes.</param>
internal readonly record struct PackedEvent(EventContent.Packed Pack, int Position, long BootNs, int Weight);
