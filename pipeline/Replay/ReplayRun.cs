using System.Collections.Immutable;
using Pipeline.Archive.Stores;
using Pipeline.Domain.Alarms;
using Pipeline.Replay.Certificates;
using Pipeline.Replay.Sources;

namespace Pipeline.Replay;

/// <summary>What a replay told.</summary>
/// <param name="Events">In order within each node; partition by partition.</param>
/// <param name="Alarms">One for each alarm that has an event among these, in the order of their first one.</param>
public sealed record ReplayResult(
    ImmutableArray<DetectedEvent> Events, ImmutableArray<AlarmCertificate> Alarms, ReplayCertificate Certificate, long Records,
        long EventsRead);

/// <summary>Runs the detectors over a part of the log once more, apart from everything that is live.</summary>
public sealed class ReplayRun(IArchiveStore? archive, IReplayLog? log, IReplayPolicy policy, TimeProvider time)
{
    /// <exception cref="ReplayException">Something is missing; the message says what.</exception>
    public async Task<ReplayResult> RunAsync(ReplayRequest request, ReplayProgress progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        ImmutableArray<PartitionPlan> plans = await new ReplayPlanner(archive, log, policy).PlanAsync(request, cancellation);
        progress.Total = plans.Sum(plan => plan.Records);
        PartitionReplay[] parts = [.. plans.Select(plan => new PartitionReplay(request, plan, archive, log, policy, progress, time))];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, request.Parallelism), CancellationToken = cancellation };
        await Parallel.ForEachAsync(parts, parallel, async (part, stop) => await part.RunAsync(stop));
        return Told(parts, progress);
    }

    private static ReplayResult Told(PartitionReplay[] parts, ReplayProgress progress)
    {
        ImmutableArray<DetectedEvent> events = [.. parts.SelectMany(part => part.Alarms)];
        ImmutableArray<AlarmCertificate> alarms =
        [
            .. parts.SelectMany(part => part.Alarms.GroupBy(e => e.AlarmId)
                .Select(alarm => part.Ledger.Certify([.. alarm], part.Policies[^1].Detectors))),
        ];
        return new ReplayResult(events, alarms, Certificate(parts, events), progress.Records, progress.Events);
    }

    private static ReplayCertificate Certificate(PartitionReplay[] parts, ImmutableArray<DetectedEvent> events)
    {
        ImmutableArray<SequenceCertificate> sequences = [.. parts.SelectMany(part => part.Ledger.Sequences)];
        var reasons = parts.SelectMany(part => part.Faults.Select(fault => $"partition {part.Plan.Partition}: {fault}")).ToList();
        foreach (SequenceCertificate node in sequences)
        {
            if (!node.Gaps.IsEmpty)
                reasons.Add($"{node.Node}: {node.Gaps.Sum(gap => gap.Last - gap.First + 1)} events are missing in {node.Gaps.Length} gaps");
            if (node.Losses > 0) reasons.Add($"{node.Node}: {node.Losses} events were lost on the node before they had numbers");
        }

        Completeness completeness = reasons.Count > 0 ? Completeness.Tainted : Completeness.Complete;
        if (parts.Any(part => part.Ledger.AnyUnknown))
        {
            if (completeness == Completeness.Complete) completeness = Completeness.Unknown;
            reasons.Add("what happened before the first event that was read is not known");
        }

        PolicySpan[] policies = [.. parts.SelectMany(part => part.Policies)];
        return new ReplayCertificate(
            completeness, [.. reasons], [.. parts.Select(Certificate)], sequences,
            [.. policies.SelectMany(p => p.Detectors.Select(d => $"{d.Policy.Id} {d.Policy.Version} {p.Key}")).Distinct()],
            [.. policies.SelectMany(p => p.Detectors.Select(d => $"{d.Spec.Name} {d.Spec.Version}")).Distinct()], AlarmHash.Of(events));
    }

    private static PartitionCertificate Certificate(PartitionReplay part)
    {
        PartitionPlan plan = part.Plan;
        long first = plan.State?.Offset ?? plan.Segments.FirstOrDefault()?.Manifest.FirstOffset ?? plan.Tail?.From ?? 0;
        string start = plan.Start switch
        {
            StartState.Beginning => "the beginning of the log",
            StartState.Saved => "the state saved at this offset",
            _ => "nothing known",
        };
        return new PartitionCertificate(
            plan.Partition, start, first, part.NextOffset, plan.Segments.Length, plan.Tail is { } tail ? tail.End - tail.From : 0);
    }
}
