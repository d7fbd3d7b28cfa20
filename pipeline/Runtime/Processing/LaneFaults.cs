using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Pipeline.Runtime.Ports;
using EventId = Pipeline.Domain.Identity.EventId;

namespace Pipeline.Runtime.Processing;

/// <summary>
/// What becomes of a partition's failures: the second one of a detector on the same event makes the event a reported one that is passed
/// over.
/// </summary>
internal sealed class LaneFaults(PartitionId partition, FailureLedger ledger, IPoisonEvents poison, Telemetry telemetry, ILogger logger)
{
    /// <summary>First events of batches that enrichment itself cannot bear.</summary>
    private readonly ImmutableHashSet<EventId> _batches =
        [.. ledger.PassedOver(partition).Where(s => s.Detector == Enrichment.StateName).Select(s => s.EventId)];

    public bool PassesOver(EventBatch batch) => !_batches.IsEmpty && _batches.Contains(batch.IdOf(0));

    public async Task NoteAsync(ImmutableArray<DetectorFault> faults, long offset)
    {
        foreach (DetectorFault fault in faults)
        {
            telemetry.DetectorFailed(fault.Detector);
            Log.DetectorFailed(logger, fault.Cause, partition, fault.Detector, fault.EventId, offset);
            int failures = ledger.Count(partition, fault);
            if (failures > FailureLedger.FailuresTolerated) await PassOverAsync(fault, offset, failures);
        }
    }

    private async Task PassOverAsync(DetectorFault fault, long offset, int failures)
    {
        try
        {
            // Not cancelled with the lane: until it is reported the event is not passed over, and the lane would come back to it for ever.
            await poison.ReportAsync(
                new PoisonEvent(partition, offset, fault.EventId, fault.Detector, fault.Cause.Message), CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.PoisonNotReported(logger, e, partition, fault.EventId);
            return;
        }

        ledger.PassOver(partition, fault);
        telemetry.Poisoned(fault.Detector);
        Log.EventPoisoned(logger, partition, fault.EventId, fault.Detector, failures);
    }
}
