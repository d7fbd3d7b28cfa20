using Pipeline.Domain.Identity;

namespace Pipeline.Runtime.Ports;

/// <summary>An event that a detector failed on twice and is not shown again.</summary>
/// <param name="Offset">The record that holds it.</param>
/// <param name="Detector">Name of the detector; the other detectors do see the event.</param>
public sealed record PoisonEvent(PartitionId Partition, long Offset, EventId Event, string Detector, string Reason);

/// <summary>Where events go that a detector cannot bear. Thread-safe.</summary>
public interface IPoisonEvents
{
    /// <summary>Completes when the report is durable. Throws when it cannot be made so; the event is then not passed over.</summary>
    Task ReportAsync(PoisonEvent poison, CancellationToken cancellation);
}
